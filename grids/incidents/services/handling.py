"""Handle 处置 and report back 反馈: done on the spot in one step, or by whoever took it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from grids.incidents.domain import Action, PhotoRole, State
from grids.incidents.events import IncidentFiled, IncidentReportedBack
from grids.incidents.models import Handling, Incident
from grids.incidents.policies import require
from grids.incidents.services import steps
from grids.incidents.services.pictures import add_photos
from portal.accounts.models import User
from portal.errors import Invalid
from portal.outbox.services import record
from portal.photos.models import Photo


@transaction.atomic
def solve_on_the_spot(
    *, actor: User, incident: Incident, note: str = "", photos: Sequence[Photo] = (), at: datetime | None = None
) -> Incident:
    """Staff who came by have solved it: filed, dispatched and done in one step, with a photo or words.

    Raises `Invalid` (field "photos"), `NotAllowed`, `Conflict` once somebody is at it or it is done.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.SOLVE, incident, at=now)
    handled(incident, Action.SOLVE, actor=actor, note=note, photos=photos, at=now)
    return steps.save(incident)


@transaction.atomic
def report_back(
    *, actor: User, incident: Incident, note: str = "", photos: Sequence[Photo] = (), at: datetime | None = None
) -> Incident:
    """Whoever took it says that it is done, with a photo or words; the clock stops and somebody else looks.

    Raises `Invalid` (field "photos"), `NotAllowed`, `Conflict`.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    require(actor, Action.REPORT_BACK, incident, at=now)
    handled(incident, Action.REPORT_BACK, actor=actor, note=note, photos=photos, at=now)
    return steps.save(incident)


def handled(
    incident: Incident, action: Action, *, actor: User, note: str, photos: Sequence[Photo], at: datetime
) -> None:
    """Common to both: the part of the actor is written down, before and besides any verification. The caller saves."""
    note = steps.optional(note, field="note")
    if not note and not photos:
        raise Invalid(_("请拍一张办好以后的照片，或者写一句话。"), code="required", field="photos")
    steps.resume(incident, at=at)
    on_the_spot = action == Action.SOLVE
    if on_the_spot and incident.filed_at is None:
        incident.filed_at = at
        filed = IncidentFiled(incident_id=incident.pk, category_code=incident.category.code)
        record(filed, subject=incident, actor=actor, at=at)
    steps.move(incident, action, State.REPORTED)
    incident.handler, incident.handled_at, incident.on_the_spot = actor, at, on_the_spot
    part = Handling.objects.create(incident=incident, user=actor, note=note, round=incident.reopen_count, done_at=at)
    add_photos(incident, photos, actor=actor, role=PhotoRole.AFTER)
    steps.done(incident, at=at)
    event = IncidentReportedBack(incident_id=incident.pk, handling_id=part.pk, on_the_spot=on_the_spot)
    record(event, subject=incident, actor=actor, at=at)
