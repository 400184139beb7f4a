"""Who hears of what: whoever has to act, and those who reported it; never whoever took the step.

Handlers run after commit, once for each event in effect, and rely on no order among events.
"""

from collections.abc import Iterable

from grids.bodies.queries import people_of
from grids.incidents import events, notices
from grids.incidents.domain import ESCALATION_ROLES, OPEN_STATES, State, SummonsState
from grids.incidents.models import Incident, IncidentReport, Summons
from grids.incidents.services.moving import follow_building, follow_merge, follow_number, follow_split
from grids.incidents.services.places import colleagues_at
from grids.incidents.services.steps import CLOCK_KIND, VERIFY_CLOCK_KIND
from grids.incidents.services.whistling import SUMMONS_CLOCK
from grids.lineage.events import GridMerged, GridRenumbered, GridSplit
from grids.roles.domain import Role
from grids.roles.queries import holders, nearest_holders
from grids.territory.events import BuildingMoved
from grids.territory.models import Territory
from grids.territory.numbers import present_place
from portal.deadlines.events import ClockOverdue, ClockRecomputed, ClockWarned
from portal.deadlines.models import Clock
from portal.notifications.registry import NoticeKind
from portal.notifications.services import notify
from portal.notifications.wording import Value
from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles

SUBJECT = "grids.incident"
SUMMONS = "grids.summons"
FILERS = (Role.GRID_HEAD, Role.GRID_MEMBER, Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY, Role.STREET_OFFICER)
VERIFIERS = frozenset({Role.GRID_HEAD, Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY})


@handles(events.IncidentCollected, name="grids.incident_tell_filers")
def on_collected(event: Event, payload: events.IncidentCollected) -> None:
    """The staff nearest to it hear that somebody has reported something; what staff report needs no filing."""
    incident = _incident(payload.incident_id)
    if incident.state != State.COLLECTED:
        return
    people = nearest_holders(FILERS, incident.territory)
    _tell(event, incident, notices.TO_FILE, [person.pk for person in people])


@handles(events.IncidentFiled, name="grids.incident_tell_reporters_of_filing")
def on_filed(event: Event, payload: events.IncidentFiled) -> None:
    incident = _incident(payload.incident_id)
    if not incident.on_the_spot:
        _tell(event, incident, notices.REPORTER_FILED, _reporters(incident))


@handles(events.IncidentRejected, name="grids.incident_tell_reporters_of_rejection")
def on_rejected(event: Event, payload: events.IncidentRejected) -> None:
    incident = _incident(payload.incident_id)
    _tell(event, incident, notices.REPORTER_REJECTED, _reporters(incident))


@handles(events.IncidentDispatched, events.IncidentPassedUp, name="grids.incident_tell_responsible")
def on_dispatched(event: Event, payload: Payload) -> None:
    """Whoever it was sent to, or all the staff of the place that answers for it now."""
    assert isinstance(payload, events.IncidentDispatched | events.IncidentPassedUp)
    incident = _incident(payload.incident_id)
    if incident.state == State.DISPATCHED:
        _tell(event, incident, notices.TO_HANDLE, _responsible(incident), due=incident.due_at or "")


@handles(events.IncidentReportedBack, name="grids.incident_tell_verifiers")
def on_reported_back(event: Event, payload: events.IncidentReportedBack) -> None:
    """Somebody else looks: the head of the grid and the community. Those who reported it hear how far it is."""
    incident = _incident(payload.incident_id)
    if incident.state == State.REPORTED:
        hands = set(incident.handlings.values_list("user_id", flat=True))
        people = [person.pk for person in holders(VERIFIERS, incident.territory) if person.pk not in hands]
        _tell(event, incident, notices.TO_VERIFY, people)
    _tell(event, incident, notices.REPORTER_HANDLED, _reporters(incident))


@handles(events.IncidentVerified, name="grids.incident_tell_reporters_of_verification")
def on_verified(event: Event, payload: events.IncidentVerified) -> None:
    incident = _incident(payload.incident_id)
    _tell(event, incident, notices.REPORTER_VERIFIED, _reporters(incident))


@handles(events.IncidentFailed, events.IncidentReopened, name="grids.incident_tell_of_another_round")
def on_again(event: Event, payload: Payload) -> None:
    """Whoever handled it goes on, or the place that answers for it; those who reported it hear that it does."""
    assert isinstance(payload, events.IncidentFailed | events.IncidentReopened)
    incident = _incident(payload.incident_id)
    people = [payload.handler_id] if payload.handler_id is not None else _responsible(incident)
    _tell(event, incident, notices.FAILED, people)
    _tell(event, incident, notices.REPORTER_REOPENED, _reporters(incident))


@handles(events.IncidentMerged, name="grids.incident_tell_reporters_of_merging")
def on_merged(event: Event, payload: events.IncidentMerged) -> None:
    """Told once, with the merged one's number; its reports stand with the living one by now."""
    if event.subject_id != payload.incident_id:
        return
    incident, living = _incident(payload.incident_id), _incident(payload.into_id)
    moved = IncidentReport.objects.filter(pk__in=payload.report_ids)
    people = [*moved.values_list("reporter_id", flat=True), *_reporters(incident)]
    _tell(event, incident, notices.REPORTER_MERGED, people, into=living.number)


@handles(events.ReporterRevealed, name="grids.incident_tell_reporter_of_look")
def on_revealed(event: Event, payload: events.ReporterRevealed) -> None:
    incident = _incident(payload.incident_id)
    report = IncidentReport.objects.get(pk=payload.report_id)
    who = event.actor.public_name if event.actor else ""
    _tell(event, incident, notices.REPORTER_REVEALED, [report.reporter_id], who=who)


@handles(events.DepartmentsCalled, name="grids.incident_tell_departments")
def on_called(event: Event, payload: events.DepartmentsCalled) -> None:
    """Those who act for each department hear of it."""
    incident = _incident(payload.incident_id)
    for summons in Summons.objects.filter(pk__in=payload.summons_ids).select_related("body"):
        people = [person.pk for person in people_of(summons.body)]
        words: dict[str, Value] = {"body": summons.body.name, "due": summons.due_at or ""}
        _tell(event, incident, notices.CALLED, people, **words)


@handles(events.DepartmentReportedIn, events.DepartmentAnswered, name="grids.incident_tell_caller")
def on_came(event: Event, payload: Payload) -> None:
    """Whoever called the department hears that it is there, and what it did."""
    assert isinstance(payload, events.DepartmentReportedIn | events.DepartmentAnswered)
    summons = Summons.objects.select_related("body").get(pk=payload.summons_id)
    came = isinstance(payload, events.DepartmentReportedIn)
    state = SummonsState.REPORTED_IN if came else SummonsState.ANSWERED
    words: dict[str, Value] = {"body": summons.body.name, "state": state.label}
    _tell(event, _incident(payload.incident_id), notices.DEPARTMENT_CAME, [summons.called_by_id], **words)


@handles(events.DepartmentCalledOff, name="grids.incident_tell_department_not_to_come")
def on_called_off(event: Event, payload: events.DepartmentCalledOff) -> None:
    summons = Summons.objects.select_related("body").get(pk=payload.summons_id)
    people = [person.pk for person in people_of(summons.body)]
    _tell(event, _incident(payload.incident_id), notices.CALLED_OFF, people, body=summons.body.name)


@handles(ClockOverdue, name="grids.summons_escalate")
def on_not_reported_in(event: Event, payload: ClockOverdue) -> None:
    """A department that does not report in time: it hears of it again, so does whoever called, then the level above."""
    if payload.subject_type != SUMMONS or payload.kind != SUMMONS_CLOCK:
        return
    summons = Summons.objects.select_related("body").get(pk=payload.subject_id)
    if summons.state != SummonsState.WAITING:
        return
    Summons.objects.filter(pk=summons.pk).update(escalation=payload.level)
    incident = _incident(summons.incident_id)
    roles = (Role.STREET_OFFICER,) if payload.level == 1 else (Role.DISTRICT_ADMINISTRATOR,)
    above = nearest_holders(roles, incident.territory)
    people = [*(one.pk for one in people_of(summons.body)), summons.called_by_id, *(one.pk for one in above)]
    words: dict[str, Value] = {"body": summons.body.name, "due": summons.due_at or ""}
    _tell(event, incident, notices.NOT_REPORTED_IN, people, **words)


@handles(ClockWarned, name="grids.incident_warn_before_due")
def on_warned(event: Event, payload: ClockWarned) -> None:
    """75 % of the time is used: those who can still make it hear of it."""
    if payload.subject_type != SUBJECT or payload.kind != CLOCK_KIND:
        return
    incident = _incident(payload.subject_id)
    if incident.state in OPEN_STATES:
        _tell(event, incident, notices.DUE_SOON, _busy(incident), due=incident.due_at or "")


@handles(ClockOverdue, name="grids.incident_escalate")
def on_overdue(event: Event, payload: ClockOverdue) -> None:
    """Overdue goes up: the grid, then the community, then the street. Whoever answers for it goes on doing so."""
    incident = _follow_clock(payload)
    if incident is None:
        return
    above = nearest_holders(ESCALATION_ROLES[payload.level], incident.territory)
    people = [*_busy(incident), *(person.pk for person in above)]
    _tell(event, incident, notices.OVERDUE, people, due=incident.due_at or "")


@handles(ClockRecomputed, name="grids.incident_follow_recomputed_clock")
def on_recomputed(event: Event, payload: ClockRecomputed) -> None:
    """The calendar changed: the due time beside the incident follows its clock."""
    _follow_clock(payload)


@handles(GridSplit, name="grids.incident_follow_split")
def on_split(event: Event, payload: GridSplit) -> None:
    """Incidents of the buildings and of the area that went to the new grid follow them."""
    new = present_place(Territory.objects.get(pk=payload.new_territory_id))
    follow_split(old_id=payload.old_territory_id, new=new, buildings=payload.building_ids, at=event.occurred_at)


@handles(BuildingMoved, name="grids.incident_follow_building")
def on_building_moved(event: Event, payload: BuildingMoved) -> None:
    """Incidents of a building that was put into another grid follow it."""
    follow_building(building=Territory.objects.get(pk=payload.territory_id), at=event.occurred_at)


@handles(GridMerged, name="grids.incident_follow_merge")
def on_grids_merged(event: Event, payload: GridMerged) -> None:
    """Every open incident of the dissolved grid belongs to the one that took it up."""
    new = present_place(Territory.objects.get(pk=payload.new_territory_id))
    follow_merge(old_id=payload.old_territory_id, new=new, at=event.occurred_at)


@handles(GridRenumbered, name="grids.incident_follow_number")
def on_renumbered(event: Event, payload: GridRenumbered) -> None:
    """All incidents of the grid, closed ones too, are found below its new number."""
    follow_number(grid=Territory.objects.get(pk=payload.territory_id))


@handles(events.IncidentMoved, name="grids.incident_tell_new_grid")
def on_moved(event: Event, payload: events.IncidentMoved) -> None:
    """What nobody has taken yet waits for the staff of the new grid."""
    incident = _incident(payload.incident_id)
    if incident.state == State.DISPATCHED:
        _tell(event, incident, notices.TO_HANDLE, _responsible(incident), due=incident.due_at or "")


def _follow_clock(payload: ClockOverdue | ClockRecomputed) -> Incident | None:
    """Copies due time and escalation from the clock that counts now, whatever order events arrive in."""
    if payload.subject_type != SUBJECT or payload.kind not in (CLOCK_KIND, VERIFY_CLOCK_KIND):
        return None
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=payload.subject_id)
    counts = VERIFY_CLOCK_KIND if incident.state == State.REPORTED else CLOCK_KIND
    clock = Clock.objects.get(pk=payload.clock_id)
    if payload.kind != counts or not clock.is_live:
        return None
    Incident.objects.filter(pk=incident.pk).update(due_at=clock.due_at, escalation=clock.escalation)
    return _incident(incident.pk)


def _responsible(incident: Incident) -> list[int]:
    if incident.assigned_to_id is not None:
        return [incident.assigned_to_id]
    return [person.pk for person in colleagues_at(incident.responsible_territory)]


def _busy(incident: Incident) -> list[int]:
    """Whoever is at it; where nobody is, those who should be."""
    if incident.state in (State.HANDLING, State.CO_HANDLING) and incident.handler_id is not None:
        return [incident.handler_id]
    return _responsible(incident)


def _reporters(incident: Incident) -> list[int]:
    return list(incident.reports.values_list("reporter_id", flat=True))


def _tell(event: Event, incident: Incident, kind: NoticeKind, people: Iterable[int | None], **params: Value) -> None:
    recipients = dict.fromkeys(pk for pk in people if pk is not None and pk != event.actor_id)
    if not recipients:
        return
    notify(
        event=event,
        kind=kind.key,
        recipients=list(recipients),
        params={
            "title": incident.category.name,
            "number": incident.number,
            "place": incident.territory.name,
            **params,
        },
        url=incident.get_absolute_url(),
    )


def _incident(pk: int) -> Incident:
    return Incident.objects.with_surroundings().get(pk=pk)
