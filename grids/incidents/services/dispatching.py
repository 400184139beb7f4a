"""Dispatch 派遣, take, and pass up: which place answers for it, and who goes there."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from grids.incidents.domain import ROLES_OF_LEVEL, Action, State
from grids.incidents.events import (
    IncidentDispatched,
    IncidentPassedUp,
    IncidentPaused,
    IncidentResumed,
    IncidentTaken,
)
from grids.incidents.models import Incident
from grids.incidents.policies import require
from grids.incidents.services import steps
from grids.incidents.services.places import colleagues_at, next_above, staffed_place
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Invalid
from portal.outbox.services import record


def dispatch_by_category(incident: Incident, *, actor: User, at: datetime) -> None:
    """Sends a filed incident to the level that its category names, or the next wider one that has staff.

    Where nobody is appointed anywhere above, it stays filed until somebody dispatches it by hand. The caller holds the
    row and saves.
    """
    place, has_staff = staffed_place(incident, Level(incident.category.handled_at))
    incident.responsible_territory = place
    if has_staff:
        _send(incident, place, None, actor=actor, at=at)


def _send(incident: Incident, place: Territory, to: User | None, *, actor: User, at: datetime) -> None:
    steps.move(incident, Action.DISPATCH, State.DISPATCHED)
    incident.responsible_territory, incident.assigned_to, incident.handler = place, to, None
    event = IncidentDispatched(
        incident_id=incident.pk, territory_id=place.pk, assigned_to_id=to.pk if to is not None else None
    )
    record(event, subject=incident, actor=actor, at=at)


@transaction.atomic
def dispatch_incident(
    *, actor: User, incident: Incident, place: Territory, to: User | None = None, at: datetime | None = None
) -> Incident:
    """Sends it to a place on the way from the incident up to the street, and there to somebody in particular or to all.

    Whoever was at it no longer is; the clock goes on. Raises `Invalid` (field "place" or "to"), `NotAllowed`,
    `Conflict`.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.DISPATCH, incident, at=now)
    if Level(place.level) not in ROLES_OF_LEVEL or not incident.path.startswith(str(place.path)):
        raise Invalid(_("请选这件事所在的网格、社区或街道。"), code="wrong_place", field="place")
    if to is not None and to not in colleagues_at(place):
        raise Invalid(_("这位同志不负责那里，请另选一位。"), code="wrong_person", field="to")
    _send(incident, place, to, actor=actor, at=now)
    return steps.save(incident)


@transaction.atomic
def take_incident(*, actor: User, incident: Incident, at: datetime | None = None) -> Incident:
    """I go there: of several who want to, the first one does. Raises `NotAllowed`, `Conflict`."""
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.TAKE, incident, at=now)
    steps.move(incident, Action.TAKE, State.HANDLING)
    incident.handler = actor
    record(IncidentTaken(incident_id=incident.pk), subject=incident, actor=actor, at=now)
    return steps.save(incident)


@transaction.atomic
def pass_up_incident(*, actor: User, incident: Incident, reason: str, at: datetime | None = None) -> Incident:
    """More than we can do: grid to community, community to street, each time with a reason. The clock goes on.

    Raises `Invalid` (field "reason"), `NotAllowed`, `Conflict` at the street.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.PASS_UP, incident, at=now)
    reason = steps.required(reason, message=_("请写一句为什么这里办不了。"))
    below, above = incident.responsible_territory, next_above(incident)
    steps.move(incident, Action.PASS_UP, State.DISPATCHED)
    incident.responsible_territory, incident.assigned_to, incident.handler = above, None, None
    event = IncidentPassedUp(incident_id=incident.pk, from_id=below.pk, to_id=above.pk)
    record(event, subject=incident, actor=actor, text=reason, at=now)
    return steps.save(incident)


@transaction.atomic
def pause_incident(*, actor: User, incident: Incident, reason: str, at: datetime | None = None) -> Incident:
    """The clock rests (挂账), for a reason: parts on order, a permit. Raises `Invalid`, `NotAllowed`, `Conflict`."""
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.PAUSE, incident, at=now)
    reason = steps.required(reason, message=_("请写一句在等什么，上报人会看到。"), longest=200)
    steps.pause(incident, reason=reason, actor=actor, at=now)
    record(IncidentPaused(incident_id=incident.pk), subject=incident, actor=actor, text=reason, at=now)
    return steps.save(incident)


@transaction.atomic
def resume_incident(*, actor: User, incident: Incident, at: datetime | None = None) -> Incident:
    """The clock runs on. Raises `NotAllowed`, `Conflict`."""
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.RESUME, incident, at=now)
    steps.resume(incident, at=now)
    record(IncidentResumed(incident_id=incident.pk), subject=incident, actor=actor, at=now)
    return steps.save(incident)
