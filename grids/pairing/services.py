"""Use cases of pairing: households registered and cared for, pairs made by hand or from a proposal, and ended."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.members.domain import MemberState
from grids.members.models import PartyMember
from grids.pairing.domain import Care
from grids.pairing.events import (
    CareChanged,
    CareRevealed,
    HouseholdAdded,
    Paired,
    PairingEnded,
    ProposalAccepted,
)
from grids.pairing.models import Household, Pairing
from grids.pairing.policies import handles, may_arrange
from grids.roles.domain import Role
from grids.roles.queries import holds
from grids.territory.domain import STEP, Level, clean_name
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.keyset import SEPARATOR
from portal.outbox.services import record

# A proposal is accepted in one go up to so many pairs; a larger one is proposed again for the rest.
MOST_AT_ONCE = 600


@transaction.atomic
def add_household(*, actor: User, building: Territory, door: str) -> Household:
    """Registers a flat of a building. Raises `NotAllowed`, `Invalid` with the field."""
    configures = actor.is_superuser or holds(actor, {Role.SYSTEM_ADMINISTRATOR}, building)
    if not (configures or may_arrange(actor, building)):
        raise NotAllowed(_("这个地方的住户不归您登记。"))
    if building.level != Level.BUILDING:
        raise Invalid(_("住户要登记在楼栋里。"), field="building")
    household = Household(building=building, door=clean_name(door).replace(SEPARATOR, "-"))
    if not household.door:
        raise Invalid(_("请写门牌号。"), field="door")
    try:
        household.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(messages[0], field="door" if field == "__all__" else field) from error
    household.save()
    event = HouseholdAdded(household_id=household.pk, building_code=str(building.code))
    record(event, subject=household, actor=actor)
    return household


@transaction.atomic
def set_care(*, actor: User, household: Household, care: str) -> Household:
    """Says why a household needs special care, or that it no longer does. Raises `NotAllowed`, `Invalid`."""
    _require_handler(actor, household)
    if care not in Care.values:
        raise Invalid(_("请从列表里选。"), field="care")
    found = Household.objects.select_for_update().get(pk=household.pk)
    if found.care != care:
        found.care = care
        found.save(update_fields=["care"])
        record(CareChanged(household_id=found.pk), subject=found, actor=actor)
    return found


@transaction.atomic
def reveal_care(*, actor: User, household: Household, reason: str) -> str:
    """Why the household needs care; the look is written down. Raises `NotAllowed`, `Invalid`."""
    _require_handler(actor, household)
    if not reason.strip():
        raise Invalid(_("请写明为什么要看。"), field="why")
    record(CareRevealed(household_id=household.pk), subject=household, actor=actor, text=reason.strip()[:200])
    return household.care


@transaction.atomic
def pair(
    *,
    actor: User,
    lead: PartyMember,
    household: Household | None = None,
    partner: PartyMember | None = None,
    on: date | None = None,
) -> Pairing:
    """Gives a member a household, or a backbone member a member to lead.

    Raises `NotAllowed`; `Invalid` with the field; `Conflict` with the code "limit_reached" or "already_paired".
    """
    held = _held([lead, partner] if partner is not None else [lead])
    if lead.pk not in held or (partner is not None and partner.pk not in held):
        raise Conflict(_("本人已经撤回了报到。"), code="member_left")
    lead, partner = held[lead.pk], held[partner.pk] if partner is not None else None
    _check(actor, lead, household, partner)
    pairing = _write(actor, lead, household, partner, on)
    record(Paired(pairing_id=pairing.pk, lead_id=lead.pk), subject=pairing, actor=actor)
    return pairing


@transaction.atomic
def end_pairing(*, actor: User, pairing: Pairing, on: date | None = None) -> Pairing:
    """Ends a pairing; household and member are free again. Raises `NotAllowed`, `Conflict` when it is over."""
    _held([pairing.lead])
    found = (
        Pairing.objects.select_for_update(of=("self",))
        .select_related("lead__organisation__territory", "household__building")
        .filter(pk=pairing.pk)
        .first()
    )
    if found is None or found.ended_on is not None:
        raise Conflict(_("这个结对已经结束了。"), code="pairing_over")
    if not may_arrange(actor, place_of(found)):
        raise NotAllowed(_("这里的结对不归您安排。"))
    _end([found], actor=actor, on=on)
    return found


def place_of(pairing: Pairing) -> Territory:
    """Where a pairing is arranged: the household's building, else the place of the leading member's organisation."""
    place: Territory = pairing.household.building if pairing.household else pairing.lead.organisation.territory
    return place


@transaction.atomic
def accept_proposal(*, actor: User, place: Territory, pairs: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Makes the pairs (member, household) of a proposal, as a whole or those chosen.

    What somebody else has taken meanwhile is left out; returns how many were made and how many left out.
    Raises `NotAllowed`, `Invalid`.
    """
    if not may_arrange(actor, place):
        raise NotAllowed(_("这里的结对不归您安排。"))
    if not 1 <= len(pairs) <= MOST_AT_ONCE:
        raise Invalid(_("请选 1 到 %d 对。") % MOST_AT_ONCE, field="pairs")
    members = _held(PartyMember(pk=pk) for pk in {who for who, _household in pairs})
    rows = Household.objects.filter(building__path__startswith=str(place.path)).select_related("building")
    homes = rows.defer("building__boundary").in_bulk([where for _who, where in pairs])
    made: list[Pairing] = []
    for who, where in sorted(pairs):
        lead, household = members.get(who), homes.get(where)
        if lead is None or household is None:
            continue
        try:
            _check(actor, lead, household, None)
            made.append(_write(actor, lead, household, None, None))
        except (Conflict, Invalid):
            continue
    if made:
        event = ProposalAccepted(
            territory_code=str(place.code),
            pairing_ids=tuple(one.pk for one in made),
            lead_ids=tuple(sorted({one.lead_id for one in made})),
        )
        record(event, subject=place, actor=actor)
    return len(made), len(pairs) - len(made)


@transaction.atomic
def end_pairings_of(*, member_id: int, leading_members_only: bool = False) -> int:
    """What a member can no longer do ends: all pairings, or those in which they lead members; how many."""
    _held([PartyMember(pk=member_id)])
    living = Pairing.objects.living().select_for_update(of=("self",)).select_related("lead")
    found = list(living.filter(lead_id=member_id, partner__isnull=False))
    if not leading_members_only:
        found += [*living.filter(lead_id=member_id, household__isnull=False), *living.filter(partner_id=member_id)]
    _end(found, actor=None, on=None)
    return len(found)


def _end(pairings: Iterable[Pairing], *, actor: User | None, on: date | None) -> None:
    for one in pairings:
        one.ended_on = max(on or timezone.localdate(), one.since)
        one.save(update_fields=["ended_on"])
        record(PairingEnded(pairing_id=one.pk, lead_id=one.lead_id), subject=one, actor=actor)


def _held(members: Iterable[PartyMember]) -> dict[int, PartyMember]:
    """These members as they are now, held in one order, so that nobody waits for somebody who waits for them."""
    keys = [member.pk for member in members]
    rows = PartyMember.objects.select_for_update(of=("self",)).select_related("organisation__territory", "user")
    return {row.pk: row for row in rows.filter(pk__in=keys).order_by("pk")}


def _check(actor: User, lead: PartyMember, household: Household | None, partner: PartyMember | None) -> None:
    """Whether these two belong together, whatever the numbers say."""
    community = str(lead.organisation.territory.path)[: STEP * Level.COMMUNITY]
    place = lead.organisation.territory if household is None else household.building
    if not may_arrange(actor, place):
        raise NotAllowed(_("这里的结对不归您安排。"))
    if lead.state != MemberState.CONFIRMED or (partner is not None and partner.state != MemberState.CONFIRMED):
        raise Invalid(_("报到还没有确认，先确认再结对。"), field="lead")
    if (household is None) == (partner is None):
        raise Invalid(_("请选一户，或者选一名党员。"), field="household")
    if household is not None and not str(household.building.path).startswith(community):
        raise Invalid(_("这一户不在这名党员服务的社区。"), field="household")
    if partner is not None:
        if not lead.is_backbone:
            raise Invalid(_("只有骨干党员可以带党员。"), field="lead")
        if partner.pk == lead.pk:
            raise Invalid(_("不能带自己。"), field="partner")
        if not str(partner.organisation.territory.path).startswith(community):
            raise Invalid(_("这名党员不在同一个社区服务。"), field="partner")


def _write(
    actor: User, lead: PartyMember, household: Household | None, partner: PartyMember | None, on: date | None
) -> Pairing:
    """The row; what the database refuses is said in words."""
    pairing = Pairing(
        lead=lead, household=household, partner=partner, since=on or timezone.localdate(), paired_by=actor
    )
    try:
        with transaction.atomic():
            pairing.save()
    except IntegrityError as error:
        if "pairing_beyond_limit" in str(error):
            raise Conflict(_("这名党员结对的已经到上限了。"), code="limit_reached", field="household") from error
        if "household_paired_once" in str(error):
            raise Conflict(_("这一户已经有人结对了。"), code="already_paired", field="household") from error
        if "member_led_once" in str(error):
            raise Conflict(_("这名党员已经有人带了。"), code="already_paired", field="partner") from error
        raise
    return pairing


def _require_handler(actor: User, household: Household) -> None:
    if not handles(actor, household.building):
        raise NotAllowed(_("只有这里的工作人员可以看和改特殊关照。"))
