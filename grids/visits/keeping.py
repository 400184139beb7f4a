"""What is not kept: words and photos after some months, and ways of past days."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from grids.territory.models import TerritorySetting
from grids.visits.domain import months_before
from grids.visits.events import VisitsForgotten
from grids.visits.limits import KEEP_MONTHS, KEPT
from grids.visits.models import PlannedVisit, Visit, VisitPhoto, VisitRevision
from portal.outbox.services import record
from portal.photos.services import delete_photo

AT_ONCE = 500
# The setting of the nearest place above a building decides; only what some place no longer keeps is looked at.
_EXPIRED = f"""
SELECT v.id FROM grids_visit v JOIN grids_territory here ON here.id = v.building_id
WHERE v.forgotten_at IS NULL AND v.visited_at < %s AND v.visited_at < %s - make_interval(months => coalesce((
    SELECT (s.value #>> '{{}}')::integer FROM grids_territorysetting s JOIN grids_territory t ON t.id = s.territory_id
    WHERE s.key = '{KEEP_MONTHS}' AND left(here.path, length(t.path)) = t.path ORDER BY t.depth DESC LIMIT 1
), {KEPT}))
ORDER BY v.visited_at LIMIT {AT_ONCE}
"""  # noqa: S608 - constants


def forget_words(*, now: datetime | None = None) -> int:
    """Erases words, topics and photos that a place keeps no longer; how many visits. May run at any time."""
    now = now or timezone.now()
    set_in_places = TerritorySetting.objects.filter(key=KEEP_MONTHS).values_list("value", flat=True)
    least = min([KEPT, *map(int, set_in_places)])
    before = now - (timezone.localdate(now) - months_before(timezone.localdate(now), least))
    with connection.cursor() as cursor:
        cursor.execute(_EXPIRED, [before + timedelta(days=1), now])
        keys = [row[0] for row in cursor.fetchall()]
    if keys:
        _forget(keys, now)
    return len(keys)


@transaction.atomic
def _forget(keys: list[int], now: datetime) -> None:
    for shown in VisitPhoto.objects.filter(visit__in=keys).select_related("photo"):
        picture = shown.photo
        shown.delete()
        delete_photo(photo=picture)
    Visit.objects.filter(pk__in=keys).update(words="", topics=[], forgotten_at=now)
    VisitRevision.objects.filter(visit__in=keys).update(words="", topics=[])
    record(VisitsForgotten(count=len(keys)), subject=Visit(pk=keys[0]), at=now)


def forget_ways(*, now: datetime | None = None) -> int:
    """Removes what was planned for days that are over; how many rows."""
    removed, _by_model = PlannedVisit.objects.filter(day__lt=timezone.localdate(now)).delete()
    return removed
