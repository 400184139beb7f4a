"""The street whistles, departments report (街道吹哨、部门报到): each with its own clock and its own answer."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.incidents.domain import LIVE_SUMMONS, Action, PhotoRole, State, SummonsState
from grids.incidents.events import (
    DepartmentAnswered,
    DepartmentCalledOff,
    DepartmentReportedIn,
    DepartmentsCalled,
    IncidentReportedBack,
)
from grids.incidents.models import Handling, Incident, Summons
from grids.incidents.policies import own_summonses, require
from grids.incidents.services import steps
from grids.incidents.services.pictures import add_photos
from grids.territory.domain import ancestor_paths
from portal.accounts.models import User
from portal.deadlines.domain import Limit
from portal.deadlines.registry import register_clock_kind
from portal.deadlines.services import clock_of, start_clock, stop_clock
from portal.errors import Conflict, Invalid
from portal.outbox.services import record
from portal.photos.models import Photo

SUMMONS_CLOCK = "grids.summons"
register_clock_kind(SUMMONS_CLOCK, label=gettext_lazy("部门报到时限"), answered_by=("reported_in",))
LIMITS = ("2h", "4wh", "8wh", "1d", "3d")


def departments_for(incident: Incident) -> list[Body]:
    """Departments that act where the incident is: of the street, the district, or nearer."""
    around = Body.objects.filter(is_active=True, kind=BodyKind.DEPARTMENT)
    found = around.filter(territory__path__in=ancestor_paths(incident.path)).select_related("territory")
    return list(found.defer("territory__boundary").order_by("name", "id"))


@transaction.atomic
def call_departments(
    *, actor: User, incident: Incident, bodies: Sequence[Body], asked: str, limit: str, at: datetime | None = None
) -> Incident:
    """The street calls departments; whoever called sees it through. A paused clock runs on.

    Raises `Invalid` (field "bodies", "asked" or "limit"), `NotAllowed`, `Conflict` for one that is called already.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.WHISTLE, incident, at=now)
    asked = steps.required(asked, field="asked", message=_("请写一句请部门做什么。"), longest=300)
    known = {body.pk for body in departments_for(incident)}
    if not bodies or any(body.pk not in known for body in bodies):
        raise Invalid(_("请选在这里的职能部门，至少一个。"), code="wrong_body", field="bodies")
    if limit not in LIMITS:
        raise Invalid(_("请从列表里选一个时限。"), code="wrong_limit", field="limit")
    if incident.summonses.filter(body__in=bodies, state__in=sorted(map(str, LIVE_SUMMONS))).exists():
        raise Conflict(_("这个部门已经叫过了，正等它答复。"), code="called_already")
    steps.resume(incident, at=now)
    steps.move(incident, Action.WHISTLE, State.CO_HANDLING)
    incident.handler = actor
    called = [_call(incident, body, asked, limit, actor=actor, at=now) for body in bodies]
    event = DepartmentsCalled(incident_id=incident.pk, summons_ids=tuple(called))
    record(event, subject=incident, actor=actor, text=asked, at=now)
    return steps.save(incident)


def _call(incident: Incident, body: Body, asked: str, limit: str, *, actor: User, at: datetime) -> int:
    summons = Summons.objects.create(
        incident=incident,
        body=body,
        asked=asked,
        limit=limit,
        round=incident.reopen_count,
        called_by=actor,
        called_at=at,
    )
    running = start_clock(
        subject=summons, kind=SUMMONS_CLOCK, limit=Limit.parse(limit), at=at, territory_id=incident.territory_id
    )
    Summons.objects.filter(pk=summons.pk).update(due_at=running.due_at)
    return summons.pk


@transaction.atomic
def report_in(
    *, actor: User, incident: Incident, summons: Summons | None = None, at: datetime | None = None
) -> Incident:
    """The department is there: its clock stops. Raises `NotAllowed`, `Conflict` where it has reported already."""
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.REPORT_IN, incident, at=now)
    found = _own(actor, incident, summons, waiting=True)
    _is_there(found, at=now)
    found.state = SummonsState.REPORTED_IN
    found.save()
    event = DepartmentReportedIn(incident_id=incident.pk, summons_id=found.pk)
    record(event, subject=incident, actor=actor, at=now)
    return steps.save(incident)


@transaction.atomic
def answer_summons(
    *,
    actor: User,
    incident: Incident,
    answer: str,
    summons: Summons | None = None,
    photos: Sequence[Photo] = (),
    at: datetime | None = None,
) -> Incident:
    """The department has done its part, and says what. When all have, the incident is done and somebody else looks.

    Raises `Invalid` (field "answer"), `NotAllowed`, `Conflict`.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.ANSWER, incident, at=now)
    answer = steps.required(answer, field="answer", message=_("请写一句你们做了什么。"))
    found = _own(actor, incident, summons)
    _is_there(found, at=now)
    found.state, found.answer, found.answered_by, found.answered_at = SummonsState.ANSWERED, answer, actor, now
    found.save()
    Handling.objects.get_or_create(
        incident=incident, user=actor, round=incident.reopen_count, defaults={"note": answer, "done_at": now}
    )
    add_photos(incident, photos, actor=actor, role=PhotoRole.AFTER)
    event = DepartmentAnswered(incident_id=incident.pk, summons_id=found.pk)
    record(event, subject=incident, actor=actor, text=answer, at=now)
    _settle(incident, Action.ANSWER, actor=actor, at=now)
    return steps.save(incident)


@transaction.atomic
def call_off(*, actor: User, incident: Incident, summons: Summons, at: datetime | None = None) -> Incident:
    """A department need not come after all; without any left, the street handles it.

    Raises `NotAllowed`, `Conflict`.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.CALL_OFF, incident, at=now)
    found = incident.summonses.filter(pk=summons.pk, state__in=sorted(map(str, LIVE_SUMMONS))).first()
    if found is None:
        raise Conflict(_("这个部门已经答复了，或者已经不用来了。"), code="not_live")
    _stop(found, at=now)
    found.state = SummonsState.CALLED_OFF
    found.save()
    event = DepartmentCalledOff(incident_id=incident.pk, summons_id=found.pk)
    record(event, subject=incident, actor=actor, at=now)
    _settle(incident, Action.CALL_OFF, actor=actor, at=now)
    return steps.save(incident)


def _settle(incident: Incident, action: Action, *, actor: User, at: datetime) -> None:
    """All have answered: done, and who called them had a hand in it. All were called off: back to who called them."""
    states = set(incident.summonses.filter(round=incident.reopen_count).values_list("state", flat=True))
    if states & set(map(str, LIVE_SUMMONS)):
        steps.move(incident, action, State.CO_HANDLING)
        return
    if SummonsState.ANSWERED not in states:
        steps.move(incident, action, State.HANDLING)
        return
    assert incident.handler is not None
    part, _new = Handling.objects.get_or_create(
        incident=incident, user=incident.handler, round=incident.reopen_count, defaults={"done_at": at}
    )
    steps.move(incident, action, State.REPORTED)
    incident.handled_at = at
    steps.done(incident, at=at)
    event = IncidentReportedBack(incident_id=incident.pk, handling_id=part.pk, on_the_spot=False)
    record(event, subject=incident, actor=actor, at=at)


def _own(actor: User, incident: Incident, summons: Summons | None, *, waiting: bool = False) -> Summons:
    """The summons meant: the one named, or the only one of the departments this person acts for."""
    found = own_summonses(actor, incident)
    if waiting:
        found = [one for one in found if one.state == SummonsState.WAITING]
    if summons is not None:
        found = [one for one in found if one.pk == summons.pk]
    if len(found) > 1:
        raise Invalid(_("请选是哪个部门。"), code="which", field="summons")
    if not found:
        raise Conflict(_("这个部门已经答复了，或者已经不用来了。"), code="not_live")
    return found[0]


def _is_there(summons: Summons, *, at: datetime) -> None:
    """Its time to report stops, where it still runs."""
    if summons.reported_at is None:
        summons.reported_at = at
        _stop(summons, at=at)


def _stop(summons: Summons, *, at: datetime) -> None:
    running = clock_of(summons, SUMMONS_CLOCK)
    if running is not None and running.is_live:
        stopped = stop_clock(clock=running, at=at)
        summons.due_at, summons.escalation = stopped.due_at, stopped.escalation
