"""Reactions: those who are invited are told, officers hear of leave, organisations of what is owed."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from grids.cells.domain import Post
from grids.cells.models import LeadershipTerm, PartyOrganisation
from grids.gatherings.audience import invited, leaders_of
from grids.gatherings.domain import GatheringKind, GatheringState, Period, Standing, Unit
from grids.gatherings.events import (
    AttendanceMarked,
    GatheringAsked,
    GatheringCancelled,
    GatheringChanged,
    GatheringClosed,
    GatheringDue,
    GatheringMissed,
    GatheringPlanned,
    LeaveAsked,
)
from grids.gatherings.limits import Bindings
from grids.gatherings.models import Attendance, Gathering
from grids.gatherings.policies import OFFICERS, SUPERIORS, may_organise
from grids.roles.queries import nearest_holders
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles

_KIND_OF_EVENT = {
    GatheringPlanned: "grids.gathering_planned",
    GatheringChanged: "grids.gathering_changed",
    GatheringCancelled: "grids.gathering_cancelled",
}
# A new title or other topics are no reason to disturb anybody.
TOLD_OF = frozenset({"starts_at", "ends_at", "place", "audience"})


@handles(GatheringPlanned, GatheringChanged, GatheringCancelled, name="grids.tell_invited")
def tell_invited(event: Event, payload: Payload) -> None:
    """Whom a gathering is for learns when and where, that it moved, that it is off; nobody of one that is over."""
    assert isinstance(payload, GatheringPlanned | GatheringChanged | GatheringCancelled)
    if isinstance(payload, GatheringChanged) and not TOLD_OF & set(payload.fields):
        return
    gathering = Gathering.objects.with_organisation().filter(pk=payload.gathering_id).first()
    if gathering is None or gathering.starts_at < event.occurred_at:
        return
    called_off = isinstance(payload, GatheringCancelled)
    if not called_off and gathering.state not in (GatheringState.PLANNED, GatheringState.OPEN):
        return
    people = set(invited(gathering).values_list("pk", flat=True)) - {event.actor_id}
    notify(
        event=event,
        kind=_KIND_OF_EVENT[type(payload)],
        recipients=people,
        params={"when": gathering.starts_at, "place": gathering.place},
        url=gathering.get_absolute_url(),
    )


@handles(LeaveAsked, name="grids.tell_officers_of_leave")
def tell_officers(event: Event, payload: LeaveAsked) -> None:
    """Who planned the gathering and the organisation's secretary hear that somebody asks."""
    row = Attendance.objects.select_related("gathering__organisation").filter(pk=payload.attendance_id).first()
    if row is None or row.standing != Standing.LEAVE_ASKED:
        return
    gathering = row.gathering
    officers = {gathering.planned_by_id, *_secretaries(gathering.organisation_id)} - {row.user_id}
    notify(
        event=event,
        kind="grids.gathering_leave_asked",
        recipients=officers,
        params={"when": gathering.starts_at},
        url=reverse("gathering_roll", args=[gathering.pk]),
    )


@handles(AttendanceMarked, name="grids.tell_marked")
def tell_marked(event: Event, payload: AttendanceMarked) -> None:
    """Who asked for leave learns the answer; who is marked otherwise after closing learns of that."""
    row = Attendance.objects.select_related("gathering").filter(pk=payload.attendance_id).first()
    answered = payload.standing in (Standing.ON_LEAVE, Standing.LEAVE_REFUSED)
    if row is None or event.actor_id == row.user_id or not (answered or payload.after_closing):
        return
    notify(
        event=event,
        kind="grids.gathering_marked",
        recipients=[row.user_id],
        params={"when": row.gathering.starts_at, "standing": Standing(payload.standing).label},
        url=row.gathering.get_absolute_url(),
    )


@handles(GatheringDue, name="grids.tell_gathering_due")
def tell_due(event: Event, payload: GatheringDue) -> None:
    """The organisation's secretary; where it has none, its leaders, and then the staff of the community."""
    organisation = PartyOrganisation.objects.select_related("territory").get(pk=payload.organisation_id)
    kind = GatheringKind(payload.kind)
    rhythm = Bindings([str(organisation.territory.path)]).at(str(organisation.territory.path)).rhythms.get(kind)
    unit = rhythm[0].unit if rhythm is not None else Unit.MONTH
    notify(
        event=event,
        kind="grids.gathering_due",
        recipients=_officers_of(organisation),
        params={"until": Period.of(date.fromisoformat(payload.period), unit).last},
        url=_list_of(organisation, payload.kind),
    )


@handles(GatheringMissed, name="grids.tell_gathering_missed")
def tell_missed(event: Event, payload: GatheringMissed) -> None:
    """The secretary of the organisation above; of the widest one, the officers of its place."""
    organisation = PartyOrganisation.objects.select_related("territory").get(pk=payload.organisation_id)
    people = _secretaries(organisation.parent_id) if organisation.parent_id else set()
    if not people:
        people = {person.pk for person in nearest_holders(OFFICERS | SUPERIORS, organisation.territory)}
    notify(
        event=event,
        kind="grids.gathering_missed",
        recipients=people,
        params={},
        url=_list_of(organisation, payload.kind),
    )


@handles(GatheringClosed, name="grids.tell_check_in_ran_out")
def tell_ran_out(event: Event, payload: GatheringClosed) -> None:
    """Who planned it and the secretary hear that check-in ended by itself, and write the minutes."""
    if event.actor_id is None:
        gathering = Gathering.objects.with_organisation().get(pk=payload.gathering_id)
        _tell_organiser(
            event, gathering, "grids.gathering_ran_out", reverse("gathering_minutes_edit", args=[gathering.pk])
        )


@handles(GatheringAsked, name="grids.ask_organiser")
def ask_organiser(event: Event, payload: GatheringAsked) -> None:
    """They are asked what became of a gathering, unless somebody has said so meanwhile."""
    gathering = Gathering.objects.with_organisation().get(pk=payload.gathering_id)
    if gathering.state == GatheringState.PLANNED:
        _tell_organiser(event, gathering, "grids.gathering_asked", gathering.get_absolute_url())


def _tell_organiser(event: Event, gathering: Gathering, kind: str, url: str) -> None:
    """Who planned it, while that is still theirs, and who answers for the organisation."""
    people = _officers_of(gathering.organisation)
    if may_organise(gathering.planned_by, gathering.organisation):
        people |= {gathering.planned_by_id}
    notify(event=event, kind=kind, recipients=people, params={"when": gathering.starts_at}, url=url)


def _officers_of(organisation: PartyOrganisation) -> set[int]:
    people = _secretaries(organisation.pk) or set(leaders_of(organisation).values_list("pk", flat=True))
    return people or {person.pk for person in nearest_holders(OFFICERS, organisation.territory)}


def _list_of(organisation: PartyOrganisation, kind: str) -> str:
    return f"{reverse('gatherings_of', args=[organisation.pk])}?{urlencode({'kind': kind})}"


def _secretaries(organisation: int) -> set[int]:
    terms = LeadershipTerm.objects.in_force().filter(organisation=organisation)
    leading = terms.filter(post__in=(Post.SECRETARY, Post.GROUP_LEADER))
    return set(leading.values_list("user_id", flat=True))
