"""Asking for the filtered work list as a file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.errors import DomainError, Invalid
from portal.taking import add_domain_error
from wishes.desk.columns import COLUMNS
from wishes.desk.exporting import ask_export
from wishes.desk.filters import DeskFilters, kept_query
from wishes.desk.forms import ExportForm
from wishes.desk.views.worklist import handler_of
from wishes.wishes.views.access import sent


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """Says what would be exported, column by column, and asks for the format and for the reason, if there is one."""
    user = handler_of(request)
    form = ExportForm(sent(request))
    problem: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(ask_export(actor=user, query=request.GET.urlencode(), **form.cleaned_data))
        except Invalid as refused:
            if refused.field in form.fields:
                add_domain_error(form, refused)
            else:
                problem = refused
        except DomainError as refused:
            problem = refused
    filters = DeskFilters(user, request.GET, timezone.now())
    context = {
        "form": form,
        "problem": problem,
        "query": kept_query(request.GET.urlencode()),
        "in_words": filters.in_words,
        "count": filters.wishes().order_by().count(),
        "columns": COLUMNS,
    }
    return render(request, "wishes/desk/export.html", context, status=400 if form.errors or problem else 200)
