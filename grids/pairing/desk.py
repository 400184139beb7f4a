"""Pages on which pairs are made and ended: of a member, of a household, of a proposal; and one's own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.members.models import PartyMember
from grids.members.policies import may_reveal
from grids.pairing import services
from grids.pairing.domain import Care, Giver, way
from grids.pairing.feedback import give_feedback
from grids.pairing.feedback_papers import ask_feedbacks, half_named
from grids.pairing.forms import CareForm, LeadForm, PairForm, PartnerForm, RevealForm, chosen_pairs
from grids.pairing.limits import HOUSEHOLDS, MEMBERS
from grids.pairing.models import Household, Pairing
from grids.pairing.policies import handles, may_arrange
from grids.pairing.proposals import proposal_for, question_for
from grids.pairing.scope import handled_place, person
from grids.territory.domain import Level
from grids.territory.inherited import settings_for
from grids.territory.models import Territory
from portal.errors import DomainError, NotAllowed
from portal.masking import mask_name
from portal.paper import pdf_response

# How many members are offered for one household, the nearest first.
OFFERED = 8


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """我的结对: the households and members one looks after."""
    found = Pairing.objects.living().filter(lead__user=person(request))
    rows = found.select_related("household__building", "partner__user").defer("household__building__boundary")
    return render(request, "grids/pairing/mine.html", {"rows": list(rows.order_by("household__building__path", "pk"))})


def _member(request: HttpRequest, pk: int) -> PartyMember:
    rows = PartyMember.objects.confirmed().select_related("user", "near", "post", "organisation__territory", "load")
    found = get_object_or_404(rows.defer("near__boundary", "organisation__territory__boundary"), pk=pk)
    if not handles(request.user, found.organisation.territory):
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom a member looks after, and one more."""
    found = _member(request, pk)
    form = PairForm(request.POST or None, member=found)
    if request.method == "POST":
        if form.is_valid():
            try:
                services.pair(actor=person(request), lead=found, household=form.cleaned_data["where"])
            except DomainError as error:
                form.add_error("where", str(error.message))
                return _member_page(request, found, form, status=error.status)
            messages.success(request, _("结好对了，已经告诉这名党员。"))
            return redirect("pairing_member", pk=pk)
        return _member_page(request, found, form, status=400)
    return _member_page(request, found, form)


@login_required
@require_POST
def lead_member(request: HttpRequest, pk: int) -> HttpResponse:
    """A backbone member leads one more member."""
    found = _member(request, pk)
    form = PartnerForm(request.POST)
    status = 400
    if form.is_valid():
        partner = PartyMember.objects.filter(pk=form.cleaned_data["partner"]).first()
        try:
            if partner is None:
                raise Http404
            services.pair(actor=person(request), lead=found, partner=partner)
        except Http404:
            form.add_error("partner", _("没有这个编号的党员。"))
        except DomainError as error:
            form.add_error("partner", str(error.message))
            status = error.status
        else:
            messages.success(request, _("结好对了，已经告诉这名党员。"))
            return redirect("pairing_member", pk=pk)
    return _member_page(request, found, PairForm(member=found), partner_form=form, status=status)


def _member_page(
    request: HttpRequest,
    found: PartyMember,
    form: PairForm,
    *,
    partner_form: PartnerForm | None = None,
    status: int = 200,
) -> HttpResponse:
    place = found.organisation.territory
    limits = settings_for(place, [HOUSEHOLDS, MEMBERS])
    living = Pairing.objects.living().filter(lead=found).select_related("household__building", "partner__user")
    rows = list(living.defer("household__building__boundary").order_by("household__building__path", "pk"))
    context = {
        "member": found,
        "name": mask_name(found.user.legal_name or found.user.display_name),
        "households": [row for row in rows if row.household_id],
        "members": [row for row in rows if row.partner_id],
        "most": limits[HOUSEHOLDS],
        "most_members": limits[MEMBERS],
        "form": form,
        "partner_form": partner_form or PartnerForm(),
        "arranges": may_arrange(request.user, place),
        "gives_feedback": may_reveal(request.user, found),
    }
    return render(request, "grids/pairing/member.html", context, status=status)


@login_required
@require_POST
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """The half-year's feedback to the member's unit, as PDF; by POST, since it is a look that is written down."""
    found, today = _member(request, pk), timezone.localdate()
    half = half_named(request.POST.get("half", ""), today)
    given = give_feedback(actor=person(request), member=found, half=half)
    context = {"feedback": given, "today": today}
    return pdf_response("grids/pairing/feedback_paper.html", context, name=f"party-feedback-{pk}-{given.since}")


@login_required
@require_POST
def feedbacks(request: HttpRequest) -> HttpResponse:
    """All papers of a community in the background."""
    place = handled_place(person(request), request.POST.get("place", ""))
    try:
        job = ask_feedbacks(actor=person(request), place=place, half=request.POST.get("half", ""))
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect(f"{reverse('pairing_members')}?place={place.code}")
    return redirect(job)


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a pairing."""
    rows = Pairing.objects.select_related("lead__organisation__territory", "household__building")
    found = get_object_or_404(rows, pk=pk)
    if not handles(request.user, services.place_of(found)):
        raise Http404
    services.end_pairing(actor=person(request), pairing=found)
    messages.info(request, _("结对结束了。"))
    if found.household_id is None or handles(request.user, found.lead.organisation.territory):
        return redirect("pairing_member", pk=found.lead_id)
    return redirect("pairing_household", pk=found.household_id)


def _household(request: HttpRequest, pk: int) -> Household:
    found = get_object_or_404(Household.objects.select_related("building"), pk=pk)
    if not handles(request.user, found.building):
        raise Http404
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """Who looks after a household; where nobody does, the nearest members who have room."""
    found = _household(request, pk)
    offered = _offered(found)
    form = LeadForm(request.POST or None, choices=offered)
    if request.method == "POST":
        if form.is_valid():
            try:
                services.pair(actor=person(request), lead=form.cleaned_data["lead"], household=found)
            except DomainError as error:
                form.add_error("lead", str(error.message))
                return _household_page(request, found, form, status=error.status)
            messages.success(request, _("结好对了，已经告诉这名党员。"))
            return redirect("pairing_household", pk=pk)
        return _household_page(request, found, form, status=400)
    return _household_page(request, found, form)


def _offered(found: Household) -> list[tuple[int, str]]:
    """The nearest members with room, in words; nobody for a household that has a pair."""
    if found.is_paired:
        return []
    question = question_for(found.building, most=1)
    spot = next(iter(question.spots), None)
    if spot is None:
        return []

    def cost(giver: Giver) -> tuple[float, int, int]:
        return (way(giver, spot), giver.held, giver.id)

    near = sorted((each for each in question.givers if each.held < each.limit), key=cost)[:OFFERED]
    people = {each.id: question.members[each.id].user for each in near}
    return [
        (
            each.id,
            _("{name} · 已结对 {held} 户 · 约 {metres} 米").format(
                name=mask_name(people[each.id].legal_name or people[each.id].display_name),
                held=each.held,
                metres=round(way(each, spot)),
            ),
        )
        for each in near
    ]


def _household_page(
    request: HttpRequest,
    found: Household,
    form: LeadForm,
    *,
    care: str | None = None,
    care_form: CareForm | None = None,
    reveal_form: RevealForm | None = None,
    status: int = 200,
) -> HttpResponse:
    living = Pairing.objects.living().filter(household=found).select_related("lead__user").first()
    context = {
        "household": found,
        "grid": Territory.objects.defer("boundary").get(code=str(found.building.code)[:15]),
        "pairing": living,
        "form": form,
        "offers": bool(form.fields["lead"].choices),  # type: ignore[attr-defined]
        "care": None if care is None else Care(care).label,
        "care_form": care_form or (CareForm(initial={"care": care}) if care is not None else None),
        "reveal_form": reveal_form or RevealForm(),
        "arranges": may_arrange(request.user, found.building),
    }
    return render(request, "grids/pairing/household.html", context, status=status)


@login_required
@require_POST
def household_care(request: HttpRequest, pk: int) -> HttpResponse:
    """Looks at the special care once, with a reason that is written down; or sets it anew."""
    found = _household(request, pk)
    form = LeadForm(choices=_offered(found))
    if "why" in request.POST or "care" not in request.POST:
        reveal = RevealForm(request.POST)
        if not reveal.is_valid():
            return _household_page(request, found, form, reveal_form=reveal, status=400)
        care = services.reveal_care(actor=person(request), household=found, reason=reveal.cleaned_data["why"])
        response = _household_page(request, found, form, care=care)
        response["Cache-Control"] = "no-store"
        return response
    chosen = CareForm(request.POST)
    if not chosen.is_valid():
        return _household_page(request, found, form, care_form=chosen, status=400)
    services.set_care(actor=person(request), household=found, care=chosen.cleaned_data["care"])
    messages.success(request, _("改好了。"))
    return redirect("pairing_household", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, code: str) -> HttpResponse:
    """Who could take which household of a grid: shown first, accepted as a whole or in part."""
    user = person(request)
    place = handled_place(user, code)
    if place.level != Level.GRID:
        raise Http404
    if not may_arrange(user, place):
        raise PermissionDenied(_("这里的结对不归您安排。"))
    problem: DomainError | None = None
    if request.method == "POST":
        try:
            pairs = chosen_pairs(request.POST.getlist("share"))
        except ValueError:
            pairs = []
        try:
            made, left = services.accept_proposal(actor=user, place=place, pairs=pairs)
        except DomainError as error:
            problem = error
        else:
            words = _("结好了 {made} 对。").format(made=made)
            if left:
                words += _("有 {left} 户这会儿已经另有安排，没有动。").format(left=left)
            messages.success(request, words)
            return redirect("pairing_proposal", code=code)
    question = question_for(place)
    shares = proposal_for(question)
    homes = sum(len(share.homes) for share in shares)
    context = {
        "place": place,
        "shares": shares,
        "households": homes,
        "left": question.waiting - homes,
        "problem": problem,
    }
    return render(request, "grids/pairing/proposal.html", context, status=problem.status if problem else 200)
