"""Pages of members: one's own record, and the community's staff who confirm it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.members import services
from grids.members.domain import MemberState
from grids.members.forms import CorrectionForm, DecisionForm, ReportForm, RevealForm
from grids.members.models import PartyMember, PartyMemberQuerySet
from grids.members.policies import may_decide, may_reveal, member_paths
from grids.roles.queries import community_of
from portal.accounts.consents import has_consent, text_in_force
from portal.accounts.models import User
from portal.errors import DomainError
from portal.keyset import BY_ID, Key, keyset_page, read_id
from portal.paper import pdf_response
from portal.taking import add_domain_error

PAGE_SIZE = 20


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _record_of(user: User) -> PartyMember | None:
    rows = PartyMember.objects.select_related("organisation", "post", "near").defer("near__boundary")
    return rows.filter(user=user).first()


# -- the member -------------------------------------------------------------------------------------------------------


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """我的报到: what the community keeps of the person, and what to do with it."""
    return _mine(request, CorrectionForm())


def _mine(request: HttpRequest, form: CorrectionForm, *, status: int = 200) -> HttpResponse:
    user = _person(request)
    context = {"member": _record_of(user), "community": community_of(user), "form": form}
    return render(request, "grids/members/mine.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The reporting slip, or the same to correct it."""
    user, community = _person(request), community_of(_person(request))
    if community is None:
        return redirect("party_mine")
    member = _record_of(user)
    reports = member is None or member.state == MemberState.REFUSED
    initial = {name: getattr(member, name) for name in services.OWN_FIELDS} if member else None
    asks = reports and not (member is not None and has_consent(user, services.CONSENT))
    form = ReportForm(request.POST or None, initial=initial, community=community, asks_consent=asks)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            given = {name: form.cleaned_data[name] for name in services.OWN_FIELDS}
            try:
                if reports:
                    services.report(actor=user, agreed=True, **given)
                else:
                    services.correct_own(actor=user, **given)
            except DomainError as error:
                add_domain_error(form, error)
                status = error.status
            else:
                messages.success(request, _("好了，社区会给您答复。") if reports else _("改好了。"))
                return redirect("party_mine")
    context = {"form": form, "reports": reports, "text": text_in_force(services.CONSENT) if asks else None}
    return render(request, "grids/members/edit.html", context, status=status)


@login_required
@require_safe
def slip(request: HttpRequest) -> HttpResponse:
    """报到单: one's own record on A4, to be taken to the unit or to the community."""
    found = _record_of(_person(request))
    if found is None:
        raise Http404
    context = {"member": found, "user": _person(request), "today": timezone.localdate()}
    return pdf_response("grids/members/slip_paper.html", context, name="report-slip")


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Asks the organisation to put something right."""
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _mine(request, form, status=400)
    services.ask_correction(actor=_person(request), words=form.cleaned_data["words"])
    messages.success(request, _("已经告诉社区，请等答复。"))
    return redirect("party_mine")


@login_required
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Takes the consent back; the record is deleted."""
    services.leave(actor=_person(request))
    messages.info(request, _("好的，您的报到资料已经删掉了。"))
    return redirect("party_mine")


# -- the community's staff --------------------------------------------------------------------------------------------


def read_words(text: str) -> str:
    """Words as they stand in an address. Raises ValueError for what no table holds."""
    if "\x00" in text:
        raise ValueError(text)
    return text


BY_STATION = (Key("station", read_words), Key("id", read_id))


def _in_my_communities(request: HttpRequest) -> PartyMemberQuerySet:
    """Members of the communities whose worker or secretary this is. Nobody else sees that they exist."""
    paths = member_paths(request.user)
    if not paths:
        raise PermissionDenied(_("这里是社区工作人员确认党员报到的地方。"))
    return PartyMember.objects.under(paths).select_related("user", "organisation__territory", "post", "near")


@login_required
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """党员报到: those who wait for an answer; all, and mobile members by their station, on tabs of their own."""
    rows = _in_my_communities(request).defer("near__boundary", "organisation__territory__boundary")
    shown = request.GET.get("show", "")
    keys = BY_ID
    if shown == "mobile":
        rows, keys = rows.filter(is_mobile=True), BY_STATION
    elif shown != "all":
        rows, shown = rows.filter(services.waiting()), ""
    page = keyset_page(request, rows, keys=keys, size=PAGE_SIZE)
    return render(request, "grids/members/members.html", {"page": page, "shown": shown})


def _found(request: HttpRequest, pk: int) -> PartyMember:
    """A member of one's own communities, or of the organisation one leads where the member lets its leaders look."""
    rows = PartyMember.objects.select_related("user", "organisation__territory", "post", "near")
    member = get_object_or_404(rows.defer("near__boundary", "organisation__territory__boundary"), pk=pk)
    paths = member_paths(request.user)
    inside = any(str(member.organisation.territory.path).startswith(path) for path in paths)
    if not inside and not may_reveal(_person(request), member):
        raise Http404
    return member


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One record: what was reported, and the answer."""
    found = _found(request, pk)
    form = DecisionForm(request.POST or None, initial={"is_backbone": found.is_backbone})
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            given = form.cleaned_data
            try:
                services.decide(
                    actor=_person(request),
                    member=found,
                    confirm=given["decision"] == "confirm",
                    reason=given["reason"],
                    is_backbone=given["is_backbone"],
                )
            except DomainError as error:
                add_domain_error(form, error)
                status = error.status
            else:
                messages.success(request, _("好了，已经告诉本人。"))
                return redirect("party_members")
    return _page(request, found, form, status=status)


def _page(
    request: HttpRequest,
    found: PartyMember,
    form: DecisionForm,
    *,
    revealed: bool = False,
    reveal_form: RevealForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "member": found,
        "form": form,
        "reveal_form": reveal_form or RevealForm(),
        "revealed": revealed,
        "may_decide": may_decide(_person(request), found),
    }
    return render(request, "grids/members/member.html", context, status=status)


@login_required
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows name, phone and branch once, in this answer only; the look is written down."""
    found = _found(request, pk)
    form = RevealForm(request.POST)
    if not form.is_valid():
        return _page(request, found, DecisionForm(), reveal_form=form, status=400)
    services.reveal(actor=_person(request), member=found, reason=form.cleaned_data["why"])
    response = _page(request, found, DecisionForm(initial={"is_backbone": found.is_backbone}), revealed=True)
    response["Cache-Control"] = "no-store"
    return response
