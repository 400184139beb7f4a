"""Once a week each community's secretary hears where nobody will be: a sweep that may run at any time."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from grids.duty.domain import days_from
from grids.duty.events import GapsFound
from grids.duty.queries import board_of
from grids.territory.domain import STEP, Level
from grids.territory.models import Grid, Territory
from grids.territory.tree import lock_place
from portal.outbox.models import Event
from portal.outbox.registry import type_of
from portal.outbox.services import record

TOLD_FROM_HOUR = 8


def tell_all(*, now: datetime) -> int:
    """Tells of every community with gaps that was not told of this week, from Monday morning on; of how many."""
    local = timezone.localtime(now)
    monday = local.date() - timedelta(days=local.weekday())
    if local.weekday() == 0 and local.hour < TOLD_FROM_HOUR:
        return 0
    paths = Grid.objects.filter(territory__dissolved_on__isnull=True).values_list("territory__path", flat=True)
    communities = {str(path)[: STEP * Level.COMMUNITY] for path in paths.iterator()}
    event = str(type_of(GapsFound(territory_id=0, week="", grids=0)).key)
    told = Event.objects.filter(type=event, occurred_at__gte=now - timedelta(days=8), payload__week=monday.isoformat())
    known = set(told.values_list("payload__territory_id", flat=True))
    places = Territory.objects.filter(path__in=communities).exclude(pk__in=known).defer("boundary")
    return sum(_tell(place, monday.isoformat(), now) for place in places)


@transaction.atomic
def _tell(community: Territory, week: str, now: datetime) -> bool:
    lock_place(community.code)
    again = Event.objects.filter(subject_type="grids.territory", subject_id=community.pk, payload__week=week)
    rows = board_of(community, days_from(timezone.localdate(now)))
    short = sum(1 for row in rows if row.gaps)
    if not short or again.exists():
        return False
    record(GapsFound(territory_id=community.pk, week=week, grids=short), subject=community, at=now)
    return True
