"""Pages of residency: asking for it, and deciding about it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.roles.domain import ResidencyStatus
from grids.roles.forms import DecisionForm, EndForm, ResidencyForm, RevealForm
from grids.roles.models import Residency, ResidencyQuerySet
from grids.roles.policies import RESIDENCY_DECIDERS, may_decide_residency
from grids.roles.queries import nearest_holders, paths_of
from grids.roles.services import approve_residency, end_residency, refuse_residency, request_residency, reveal_address
from grids.territory.browsing import Finding, children, search_places, starting_places
from grids.territory.domain import Level
from grids.territory.forms import SearchForm
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import DomainError
from portal.masking import mask_address, mask_phone
from portal.taking import add_domain_error

DECIDED_SHOWN = 50


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


# -- the resident -----------------------------------------------------------------------------------------------------


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """我的居民身份: where one lives, what waits, what was."""
    rows = list(Residency.objects.filter(user=_person(request)).with_places().order_by("-requested_at"))
    current = next((r for r in rows if r.status == ResidencyStatus.APPROVED), None)
    waiting = next((r for r in rows if r.status == ResidencyStatus.REQUESTED), None)
    context = {"current": current, "waiting": waiting, "others": [r for r in rows if r not in (current, waiting)]}
    return render(request, "grids/roles/mine.html", context)


@login_required
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """住在哪个社区: by name, or down the list with `?at=`."""
    form = SearchForm(request.GET if "q" in request.GET else None)
    words = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    at: Territory | None = Territory.objects.filter(code=request.GET.get("at", "")[:18]).first()
    if at is not None and at.level >= Level.COMMUNITY:
        return redirect("residency_ask", code=at.code[:12])
    context = {
        "form": form,
        "words": words,
        "found": search_places(words, (Level.STREET, Level.COMMUNITY)) if words else [],
        "at": at,
        "above": at.ancestors() if at else [],
        "places": [Finding(place, "") for place in (children(at) if at else starting_places())],
    }
    return render(request, "grids/roles/choose.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Where exactly in the community; then the request is on its way."""
    community: Territory = get_object_or_404(Territory, code=code, level=Level.COMMUNITY)
    form = ResidencyForm(request.POST or None, community=community)
    if request.method == "POST" and form.is_valid():
        try:
            residency = request_residency(
                actor=_person(request),
                community=community,
                building=form.cleaned_data["building"],
                address=form.cleaned_data["address"],
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect("residency_detail", pk=residency.pk)
    context = {"form": form, "community": community, "above": community.ancestors()[:-1]}
    return render(request, "grids/roles/ask.html", context, status=400 if form.errors else 200)


def _own(request: HttpRequest, pk: int) -> Residency:
    return get_object_or_404(Residency.objects.filter(user=_person(request)).with_places(), pk=pk)


@login_required
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a request has come, who decides, and what to do next."""
    residency = _own(request, pk)
    context = {"residency": residency, "form": EndForm(), **_contact(residency)}
    return render(request, "grids/roles/detail.html", context)


def _contact(residency: Residency) -> dict[str, Any]:
    """Whom to call: the community's staff with an office phone."""
    people = nearest_holders(RESIDENCY_DECIDERS, residency.community)
    phones = (
        residency.community.appointments.in_force()
        .filter(user__in=people, role__in=list(RESIDENCY_DECIDERS))
        .exclude(public_phone="")
        .select_related("user")
    )
    return {"contacts": list(phones)}


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a request back, or ends a residency after moving away."""
    residency = _own(request, pk)
    end_residency(actor=_person(request), residency=residency, reason=request.POST.get("reason", "")[:200])
    messages.info(request, _("好的，已经结束了。搬到新的社区后可以再申请。"))
    return redirect("residency")


# -- the community's staff --------------------------------------------------------------------------------------------


def _in_my_communities(request: HttpRequest) -> ResidencyQuerySet:
    """Requests of the communities whose worker or secretary this is. Nobody else sees that they exist."""
    paths = paths_of(request.user, RESIDENCY_DECIDERS)
    if not paths:
        raise PermissionDenied(_("这里是社区工作人员确认居民身份的地方。"))
    return Residency.objects.under(paths).with_places()


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """居民身份申请: those who wait, longest first; those decided lately, on their own tab."""
    rows = _in_my_communities(request)
    decided = request.GET.get("show") == "decided"
    if decided:
        rows = rows.exclude(status=ResidencyStatus.REQUESTED).order_by("-pk")
    else:
        rows = rows.filter(status=ResidencyStatus.REQUESTED).order_by("requested_at")
    context = {"rows": list(rows[:DECIDED_SHOWN]), "decided": decided}
    return render(request, "grids/roles/requests.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: who, where, and the decision."""
    residency = get_object_or_404(_in_my_communities(request), pk=pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decide = approve_residency if form.cleaned_data["decision"] == "approve" else refuse_residency
        try:
            decide(actor=_person(request), residency=residency, reason=form.cleaned_data["reason"])
        except DomainError as error:
            add_domain_error(form, error)
            residency.refresh_from_db()
            return _request_page(request, residency, form, status=error.status)
        messages.success(request, _("好了，已经告诉这位居民。"))
        return redirect("residency_requests")
    return _request_page(request, residency, form, status=400 if form.errors else 200)


def _request_page(
    request: HttpRequest,
    residency: Residency,
    form: DecisionForm,
    *,
    revealed: str | None = None,
    reveal_form: RevealForm | None = None,
    status: int = 200,
) -> HttpResponse:
    phone = residency.user.phone or ""
    context = {
        "residency": residency,
        "form": form,
        "reveal_form": reveal_form or RevealForm(),
        "revealed": revealed is not None,
        "address": revealed if revealed is not None else mask_address(residency.address),
        "phone": phone if revealed is not None else mask_phone(phone) if phone else "",
        "undecided": residency.status == ResidencyStatus.REQUESTED,
        "may_decide": may_decide_residency(_person(request), residency),
    }
    return render(request, "grids/roles/request.html", context, status=status)


@login_required
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows address and phone once, in this answer only; the look is written down."""
    residency = get_object_or_404(_in_my_communities(request), pk=pk)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _request_page(request, residency, DecisionForm(), reveal_form=form, status=400)
    address = reveal_address(actor=_person(request), residency=residency, reason=form.cleaned_data["why"])
    response = _request_page(request, residency, DecisionForm(), revealed=address)
    response["Cache-Control"] = "no-store"
    return response
