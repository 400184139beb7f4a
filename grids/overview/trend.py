"""Open counts by day: written once a day for each community, filled where the log tells what was missed, and read.

A row is written by `INSERT … ON CONFLICT DO NOTHING`, so it does not matter how often or by how many it is tried, and a
count that stands is never rewritten. A day on which nobody counted is worked out from the log at its beginning, for
kinds whose column says how (`Column.past`), and only in communities where the same statement gives today's count
too: what it cannot explain today it is not asked of yesterday. Of the other kinds that day has no row.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max, Sum
from django.db.models.aggregates import Count
from django.utils import timezone

from grids.overview.figures import Column, Statement, all_columns, figures_below
from grids.overview.models import OpenDay
from grids.territory.domain import STEP, Level
from grids.territory.models import Territory
from portal.deadlines.domain import TIME_ZONE

COMMUNITY = STEP * Level.COMMUNITY
# How far back a late run fills, and how far the page looks: four weeks.
DAYS = 28
WEEK, MONTH = ".week", ".month"
AGO = {WEEK: 7, MONTH: DAYS}
AT_ONCE = 1000


def daily_columns() -> list[Column]:
    """What is counted each day."""
    return [column for column in all_columns() if column.daily]


def count_day(*, now: datetime | None = None) -> int:
    """Today's counts where they are missing, and those of days before that can be worked out; how many rows.

    May run at any time and at once. A day that has any row is done, so that most runs ask one question only.
    """
    at = now or timezone.now()
    today = timezone.localdate(at)
    first = today - timedelta(days=DAYS)
    known = set(OpenDay.objects.filter(day__gte=first, day__lte=today).values_list("day", flat=True).distinct())
    missing = [day for number in range(DAYS, 0, -1) if (day := today - timedelta(days=number)) not in known]
    if today in known and not missing:
        return 0
    open_now = _by_community(figures_below("", at))
    places = dict(Territory.objects.filter(path__in=open_now).values_list("path", "pk"))
    rows: list[OpenDay] = []
    if today not in known:
        kinds = [column.key for column in daily_columns()]
        rows += [
            OpenDay(territory_id=places[path], day=today, kind=kind, count=counts.get(kind, 0), counted_at=at)
            for path, counts in open_now.items()
            if path in places
            for kind in kinds
        ]
    for column in daily_columns():
        if column.past is not None and missing:
            rows += _derived(column, column.past, missing, open_now, places, at)
    return _write(rows)


def _derived(
    column: Column,
    past: Statement,
    days: Iterable[date],
    open_now: Mapping[str, Mapping[str, int]],
    places: Mapping[str, int],
    now: datetime,
) -> list[OpenDay]:
    explained = _asked(past, now, now)
    sure = {path for path, counts in open_now.items() if counts.get(column.key, 0) == explained.get(path, 0)}
    rows = []
    for day in days:
        begins = datetime.combine(day, time.min, TIME_ZONE)
        counts = _asked(past, begins, now)
        rows += [
            OpenDay(
                territory_id=places[path],
                day=day,
                kind=column.key,
                count=counts.get(path, 0),
                counted_at=begins,
                is_derived=True,
            )
            for path in sorted(sure & set(places))
        ]
    return rows


def _asked(past: Statement, at: datetime, now: datetime) -> dict[str, int]:
    values = {"at": at, "digits": COMMUNITY, **past.values(now)}
    with connection.cursor() as cursor:
        cursor.execute(past.sql, values)
        return {row[0]: int(row[1]) for row in cursor.fetchall()}


def _by_community(figures: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for path, counts in figures.items():
        here = found.setdefault(path[:COMMUNITY], {})
        for column in daily_columns():
            here[column.key] = here.get(column.key, 0) + counts.get(column.key, 0)
    return {path: counts for path, counts in found.items() if len(path) == COMMUNITY}


def _write(rows: list[OpenDay]) -> int:
    before = OpenDay.objects.aggregate(last=Max("pk"))["last"] or 0
    OpenDay.objects.bulk_create(rows, batch_size=AT_ONCE, ignore_conflicts=True)
    return OpenDay.objects.filter(pk__gt=before).count() if rows else 0


def forget_days(*, now: datetime | None = None) -> int:
    """Removes counts older than `OPEN_COUNTS_KEPT_DAYS`; how many rows."""
    last = timezone.localdate(now) - timedelta(days=settings.OPEN_COUNTS_KEPT_DAYS)
    removed, _by_model = OpenDay.objects.filter(day__lt=last).delete()
    return removed


def counts_before(path: str, today: date) -> dict[str, int]:
    """What a place had open a week and four weeks ago, as `<kind>.week` and `<kind>.month`.

    Told only where as many of its communities were counted then as are now.
    """
    if len(path) > COMMUNITY:
        return {}
    days = {today - timedelta(days=ago): suffix for suffix, ago in AGO.items()}
    found = _comparable(path, [today, *days])
    return {kind + days[day]: total for (day, kind), total in found.items() if day in days}


def _comparable(path: str, days: Collection[date]) -> dict[tuple[date, str], int]:
    """The sum of each day and kind, of days on which as many communities of the place were counted as on the last."""
    rows = OpenDay.objects.filter(territory__path__startswith=path, day__in=days)
    sums = rows.order_by().values_list("day", "kind").annotate(Sum("count"), Count("territory"))
    last = {kind: places for _day, kind, _total, places in sorted(sums)}
    return {(day, kind): total for day, kind, total, places in sums if places == last[kind]}


@dataclass(frozen=True)
class Course:
    """One kind over the days of the page; None on a day that has no count or whose count is not told."""

    column: Column
    days: list[tuple[date, int | None]]

    @property
    def points(self) -> str:
        """The line as the points of an SVG polyline, 280 wide and 48 high; days without a count are left out."""
        told = [(place, count) for place, (_day, count) in enumerate(self.days) if count is not None]
        top = max((count for _place, count in told), default=0) or 1
        return " ".join(f"{place * 10 + 5},{44 - 40 * count / top:.0f}" for place, count in told)

    @property
    def is_line(self) -> bool:
        """Whether there are two days to draw a line between."""
        return " " in self.points

    @property
    def most(self) -> int | None:
        """The highest count."""
        return max((count for _day, count in self.days if count is not None), default=None)


def courses_of(place: Territory, today: date, *, exact: bool) -> list[Course]:
    """Each kind over four weeks, as the reader is told it."""
    days = [today - timedelta(days=number) for number in range(DAYS - 1, -1, -1)]
    found = _comparable(str(place.path), days)

    def told(column: Column, day: date) -> int | None:
        counted = found.get((day, column.key))
        return None if counted is None else column.value({column.key: counted}, exact=exact)

    return [Course(column, [(day, told(column, day)) for day in days]) for column in daily_columns()]
