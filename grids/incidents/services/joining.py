"""Two reports of one thing: found when the second is made, or merged by staff afterwards (并案)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from grids.incidents.domain import OPEN_STATES, WORK_STATES, Action, PhotoRole, State
from grids.incidents.events import IncidentJoined, IncidentMerged
from grids.incidents.limits import near_metres
from grids.incidents.models import Incident, IncidentCategory, IncidentReport
from grids.incidents.policies import require
from grids.incidents.querysets import reads_as_staff
from grids.incidents.services import steps
from grids.incidents.services.pictures import add_photos
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict, Invalid
from portal.outbox.services import record
from portal.photos.models import Photo


def incidents_like(category: IncidentCategory, place: Territory, point: tuple[float, float] | None) -> list[Incident]:
    """Open incidents of the category near by: within some metres of the point, else in the same grid or community."""
    where = place.ancestor_at(Level.GRID) or place
    metres = category.near_metres if category.near_metres is not None else near_metres(where)
    return Incident.objects.like(category, where, point, metres)


@transaction.atomic
def join_incident(
    *,
    actor: User,
    incident: Incident,
    words: str = "",
    photos: Sequence[Photo] = (),
    at: datetime | None = None,
) -> Incident:
    """That is it: adds the actor's report to an open incident, whose reporters are all told how it goes.

    Whoever has reported it already adds nothing but photos. The caller has found it near by. Raises `Invalid`,
    `Conflict` once it is done.
    """
    now = steps.moment(at)
    incident = steps.locked(incident)
    if incident.state not in OPEN_STATES:
        raise Conflict(_("那件事已经办了。请另外上报。"), code="wrong_state")
    words = steps.optional(words, field="words")
    given = {"words": words, "reported_at": now}
    report, is_new = IncidentReport.objects.get_or_create(incident=incident, reporter=actor, defaults=given)
    add_photos(incident, photos, actor=actor, role=PhotoRole.BEFORE)
    if is_new:
        event = IncidentJoined(incident_id=incident.pk, report_id=report.pk)
        record(event, subject=incident, actor=actor, at=now)
    return incident


@transaction.atomic
def merge_incident(*, actor: User, incident: Incident, into: Incident, at: datetime | None = None) -> Incident:
    """The same thing as another: its reports and photos go to the living one, its number leads there, its clock stops.

    Raises `Invalid` (field "into") for one that is over, of another community or not the actor's, `NotAllowed`,
    `Conflict`.
    """
    now = steps.moment(at)
    # Both rows in one order, so that two who merge them into each other do not wait for each other.
    held = {pk: steps.locked(Incident(pk=pk)) for pk in sorted({incident.pk, into.pk})}
    incident, living = held[incident.pk], held[into.pk]
    require(actor, Action.MERGE, incident, at=now)
    if living.pk == incident.pk:
        raise Invalid(_("请选另一件事。"), code="same", field="into")
    if living.state not in WORK_STATES or living.community_id != incident.community_id:
        raise Invalid(_("请选同一个社区里还在办的事。"), code="wrong_incident", field="into")
    if not reads_as_staff(actor, living):
        raise Invalid(_("请选同一个社区里还在办的事。"), code="wrong_incident", field="into")
    steps.move(incident, Action.MERGE, State.MERGED)
    incident.merged_into = living
    incident.handler = incident.assigned_to = None
    steps.stop(incident, at=now)
    moved = _move_reports(incident, living)
    Incident.objects.filter(merged_into=incident).update(merged_into=living)
    event = IncidentMerged(incident_id=incident.pk, into_id=living.pk, report_ids=tuple(moved))
    record(event, subject=incident, actor=actor, at=now)
    record(event, subject=living, actor=actor, at=now)
    return steps.save(incident)


def _move_reports(incident: Incident, living: Incident) -> list[int]:
    """Each reporter once: whoever reported both keeps the report of the living one."""
    there = list(living.reports.values_list("reporter", flat=True))
    moved = list(incident.reports.exclude(reporter__in=there).values_list("pk", flat=True))
    IncidentReport.objects.filter(pk__in=moved).update(incident=living)
    incident.photos.update(incident=living)
    return moved
