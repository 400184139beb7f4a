"""Verify 核查 and evaluate 考评, never by whoever handled it; and what is not done after all."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from grids.incidents.domain import Action, Grade, State
from grids.incidents.events import IncidentEvaluated, IncidentFailed, IncidentReopened, IncidentVerified
from grids.incidents.models import Incident
from grids.incidents.policies import require
from grids.incidents.services import steps
from portal.accounts.models import User
from portal.errors import Invalid
from portal.outbox.services import record


@transaction.atomic
def verify_incident(
    *, actor: User, incident: Incident, note: str = "", show_photos: bool = False, at: datetime | None = None
) -> Incident:
    """Somebody else has looked, and it is done. `show_photos`: everybody may see them, since nobody can be recognised.

    Raises `NotAllowed` for whoever handled it, `Conflict`.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.VERIFY, incident, at=now)
    note = steps.optional(note, field="note", longest=200)
    steps.move(incident, Action.VERIFY, State.VERIFIED)
    incident.verified_by, incident.verified_at, incident.shows_photos = actor, now, show_photos
    steps.verified(incident, at=now)
    record(IncidentVerified(incident_id=incident.pk), subject=incident, actor=actor, text=note, at=now)
    return steps.save(incident)


@transaction.atomic
def fail_incident(*, actor: User, incident: Incident, reason: str, at: datetime | None = None) -> Incident:
    """Somebody else has looked, and it is not done: back to whoever handled it, the clock runs on.

    Raises `Invalid` (field "reason"), `NotAllowed`, `Conflict`.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.FAIL, incident, at=now)
    reason = steps.required(reason, message=_("请写一句哪里还没办好。"))
    _hand_back(incident, Action.FAIL, at=now)
    event = IncidentFailed(incident_id=incident.pk, handler_id=incident.handler_id)
    record(event, subject=incident, actor=actor, text=reason, at=now)
    return steps.save(incident)


@transaction.atomic
def reopen_incident(*, actor: User, incident: Incident, reason: str, at: datetime | None = None) -> Incident:
    """Verified, but not done after all, says a reporter or whoever judges it. Raises as `fail_incident`."""
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.REOPEN, incident, at=now)
    reason = steps.required(reason, message=_("请写一句哪里还没办好。"))
    _hand_back(incident, Action.REOPEN, at=now)
    event = IncidentReopened(incident_id=incident.pk, handler_id=incident.handler_id)
    record(event, subject=incident, actor=actor, text=reason, at=now)
    return steps.save(incident)


def _hand_back(incident: Incident, action: Action, *, at: datetime) -> None:
    """To whoever handled it, while they are still there; else to the place that answers for it."""
    there = incident.handler is not None and incident.handler.is_active
    steps.move(incident, action, State.HANDLING if there else State.DISPATCHED)
    if not there:
        incident.handler = incident.assigned_to = None
    incident.handled_at = incident.verified_at = incident.verified_by = None
    incident.shows_photos = incident.on_the_spot = False
    incident.reopen_count += 1
    steps.again(incident, at=at)


@transaction.atomic
def evaluate_incident(
    *, actor: User, incident: Incident, grade: str, note: str = "", at: datetime | None = None
) -> Incident:
    """Judges how well it was handled; whether in time the clock has said already. The loop is closed.

    Raises `Invalid` (field "grade"), `NotAllowed` for whoever handled it, `Conflict`.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.EVALUATE, incident, at=now)
    if grade not in Grade.values:
        raise Invalid(_("请选一项考评。"), code="required", field="grade")
    note = steps.optional(note, field="note", longest=200)
    steps.move(incident, Action.EVALUATE, State.EVALUATED)
    incident.grade, incident.evaluated_by, incident.evaluated_at = grade, actor, now
    record(IncidentEvaluated(incident_id=incident.pk, grade=grade), subject=incident, actor=actor, text=note, at=now)
    return steps.save(incident)
