"""立为事件: what the incident will say, with open ones like it, on one page."""

from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grids.incidents.models import Incident, IncidentCategory
from portal.errors import DomainError, Invalid
from portal.taking import add_domain_error
from wishes.origins.raising import alike, photos_of, raise_incident, require_raise, words_of
from wishes.origins.views import chosen_photos
from wishes.wishes.models import Wish
from wishes.wishes.views.access import member_of, sent, wish_or_404


class RaiseForm(forms.Form):
    """What the wish is as an incident."""

    category = forms.ModelChoiceField(
        label=_("是什么事"),
        queryset=IncidentCategory.objects.filter(is_active=True),
        to_field_name="code",
        empty_label=_("请选一个最接近的"),
        error_messages={"required": _("请选一个最接近的类别。")},
    )
    spot = forms.CharField(label=_("具体位置"), required=False, max_length=80, help_text=_("公开显示，不要写门牌号"))
    words = forms.CharField(
        label=_("情况说明"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("只有工作人员看得到。电话和证件号已经去掉。"),
        error_messages={"required": _("请写一句话。")},
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def to_incident(request: HttpRequest, number: str) -> HttpResponse:
    """Filled in from the wish; open incidents like it are shown before another is filed."""
    actor = member_of(request)
    wish = wish_or_404(actor, number, dressed=False)
    try:
        require_raise(actor, wish)
    except DomainError as refused:
        return render(request, "wishes/origins/raise.html", {"wish": wish, "problem": refused}, status=refused.status)
    form = RaiseForm(sent(request), initial={"spot": wish.place, "words": words_of(wish)})
    near: list[Incident] = []
    problem: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        near = [] if "distinct" in request.POST else alike(wish, form.cleaned_data["category"])
        join = next((one for one in near if str(one.pk) == request.POST.get("join")), None)
        if join is not None or not near:
            try:
                raise_incident(actor=actor, wish=wish, photos=chosen_photos(request), join=join, **form.cleaned_data)
            except Invalid as error:
                add_domain_error(form, error)
            except DomainError as error:
                problem = error
            else:
                return redirect(wish)
    chosen = chosen_photos(request) if request.method == "POST" else {photo.pk for photo in photos_of(wish)}
    return _page(request, wish, form, chosen, near=near, problem=problem)


def _page(
    request: HttpRequest,
    wish: Wish,
    form: RaiseForm,
    chosen: set[UUID],
    *,
    near: list[Incident],
    problem: DomainError | None,
) -> HttpResponse:
    context = {
        "wish": wish,
        "form": form,
        "near": near,
        "problem": problem,
        "photos": [(photo, photo.pk in chosen) for photo in photos_of(wish)],
    }
    status = problem.status if problem else 400 if form.errors else 409 if near else 200
    return render(request, "wishes/origins/raise.html", context, status=status)
