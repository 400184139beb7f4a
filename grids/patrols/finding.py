"""Reporting what is wrong at a point of a patrol: an incident like any other, which keeps where it was found."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.incidents.models import Incident
from grids.incidents.services import collect_incident, join_incident
from grids.patrols.events import FoundOnPatrol
from grids.patrols.models import PatrolFinding, PatrolPoint, PatrolRun
from grids.patrols.policies import require_walk
from grids.roles.queries import Person
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict
from portal.outbox.services import record


@transaction.atomic
def report_at_point(
    *,
    actor: User,
    run: PatrolRun,
    stop: PatrolPoint,
    incident: Incident | None = None,
    at: datetime | None = None,
    **given: Any,
) -> Incident:
    """Reports what is wrong there, or adds to an open `incident` near by; `given` as `collect_incident` takes it,
    where `point` is the one the phone stands at.

    On the day of the patrol, also when it is over. Raises as that does, `NotAllowed`, `Conflict`.
    """
    now = at or timezone.now()
    require_walk(actor, run)
    if run.day != timezone.localdate(now):
        raise Conflict(_("这次巡查的日子已经过了，请另外上报。"), code="run_over")
    if stop.route_id != run.route_id:
        raise Conflict(_("这个点位已经不在路线上了。"), code="not_on_route")
    if incident is None:
        incident = collect_incident(actor=actor, at=now, **given)
    else:
        incident = join_incident(actor=actor, incident=incident, at=now, **given)
    words = {"route_name": run.route.name, "point_words": stop.words, "day": run.day}
    found, is_new = PatrolFinding.objects.get_or_create(incident=incident, run=run, point=stop, defaults=words)
    if is_new:
        route = run.route
        event = FoundOnPatrol(incident_id=incident.pk, finding_id=found.pk, route_id=route.pk, place_id=route.place_id)
        text = f"{found.route_name} · {found.point_words}"
        record(event, subject=incident, actor=actor, text=text, at=now)
    return incident


def place_of_point(run: PatrolRun, point: PatrolPoint) -> Territory:
    """The point's building, else the place of the patrol."""
    return point.building or run.place


def findings_of(incident: Incident) -> QuerySet[PatrolFinding]:
    """Where an incident was found, and those that were merged into it."""
    found = PatrolFinding.objects.filter(Q(incident=incident) | Q(incident__merged_into=incident))
    return found.select_related("run__route__place").defer("run__route__place__boundary")


def with_findings(runs: QuerySet[PatrolRun], user: Person) -> QuerySet[PatrolRun]:
    """With what was reported on each patrol, as far as this person may see it: one query more."""
    shown = PatrolFinding.objects.filter(incident__in=Incident.objects.visible_to(user))
    return runs.prefetch_related(Prefetch("findings", shown.select_related("incident__category")))
