"""Keeping views of the work list."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.errors import Invalid
from portal.taking import add_domain_error
from wishes.desk.forms import SaveViewForm
from wishes.desk.services import pin_view, remove_view, save_view, views_for
from wishes.desk.views.worklist import handler_of, work_list


@login_required
@require_safe
def views(request: HttpRequest) -> HttpResponse:
    """One's views and those of colleagues, to be put first or removed."""
    return render(request, "wishes/desk/views.html", {"views": views_for(handler_of(request))})


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keeps the filters of the address under a name; the work list comes back where there is something to correct."""
    user = handler_of(request)
    form = SaveViewForm(request.POST)
    if form.is_valid():
        try:
            view = save_view(actor=user, query=request.GET.urlencode(), **form.cleaned_data)
        except Invalid as refused:
            add_domain_error(form, refused)
        else:
            messages.success(request, _("存好了，以后点“{name}”就是这些。").format(name=view.name))
            return redirect(f"{reverse('wish_desk')}?{view.query}")
    return work_list(request, user, form, status=400)


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one's own view first, back in line, or remove it."""
    user = handler_of(request)
    view = get_object_or_404(views_for(user), pk=pk)
    if "remove" in request.POST:
        remove_view(actor=user, view=view)
        messages.success(request, _("视图删掉了，心愿都还在。"))
    else:
        pin_view(actor=user, view=view, pinned=request.POST.get("pinned") == "1")
    return redirect("desk_views")
