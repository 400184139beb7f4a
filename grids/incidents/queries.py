"""How incidents stand in a place, in numbers that are kept and never counted on a request.

For pages of other features (a secretary's overview, a map of hot places):

- `this_month(today)`, `last_days(today, 30)`: a `Span` of local days, both ends among them.
- `standing(place, span)`: one `Standing` for a place and everything below it.
- `standing_by_place(place, span)`: the same for each grid and community below, by the key of the territory. What is
  placed in a community without a grid stands under the community's own key.
- `standing_by_category(place, span)`: the same for each category, the most open ones first.

Each is two statements over rows of counters, however many incidents there are. `Standing.open`, `.late` and
`.to_verify` are now; `.reported`, `.in_time`, `.late_done` and `.verified` are of the span. Lists behind the numbers:
`incident_desk` (`?show=late`, `?show=verify`, `&place=<code>`), for everybody `incident_place`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Sum
from django.db.models.functions import Left
from django.utils import timezone

from grids.bodies.domain import BodyKind
from grids.incidents.domain import LIVE_SUMMONS
from grids.incidents.models import IncidentCategory, IncidentDay, IncidentStanding
from grids.incidents.models.counts import COUNT_ANEW
from grids.territory.domain import STEP, Level
from grids.territory.models import Territory
from portal.accounts.models import User


@dataclass(frozen=True)
class Span:
    """Local days from `since` to `until`, both among them."""

    since: date
    until: date


def this_month(today: date) -> Span:
    """From the first of the month."""
    return Span(today.replace(day=1), today)


def last_days(today: date, days: int = 30) -> Span:
    """So many days, today among them."""
    return Span(today - timedelta(days=days - 1), today)


@dataclass(frozen=True)
class Standing:
    """Numbers of incidents: three of now, three of a span of days."""

    open: int = 0
    late: int = 0
    to_verify: int = 0
    reported: int = 0
    in_time: int = 0
    late_done: int = 0

    @property
    def verified(self) -> int:
        """Done, and somebody else has looked."""
        return self.in_time + self.late_done

    def __add__(self, other: "Standing") -> "Standing":
        return Standing(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Standing)))


_NOW = {"open": Sum("open"), "late": Sum("late"), "to_verify": Sum("to_verify")}
_DAYS = {"reported": Sum("reported"), "in_time": Sum("in_time"), "late_done": Sum("late")}


def standing(place: Territory, span: Span) -> Standing:
    """The place with everything below it."""
    return sum(_grouped(place, span, "").values(), Standing())


def standing_by_place(place: Territory, span: Span) -> dict[int, Standing]:
    """Each grid, and what is in a community alone, by the key of the territory."""
    return _grouped(place, span, "territory_id")


def standing_by_category(place: Territory, span: Span) -> list[tuple[IncidentCategory, Standing]]:
    """Each category of which there is anything, the most open ones first, then the most reported."""
    found = _grouped(place, span, "category_id")
    categories = IncidentCategory.objects.in_bulk(found)
    ranked = sorted(found, key=lambda pk: (-found[pk].open, -found[pk].reported, pk))
    return [(categories[pk], found[pk]) for pk in ranked if found[pk] != Standing()]


def standing_by_community(place: Territory, span: Span) -> dict[str, Standing]:
    """Each community below a street or district, by its path."""
    return _grouped(place, span, "community_path")


def _grouped(place: Territory, span: Span, by: str) -> dict[Any, Standing]:
    below = {"territory__path__startswith": str(place.path)}
    now = IncidentStanding.objects.filter(**below)
    days = IncidentDay.objects.filter(**below, day__gte=span.since, day__lte=span.until)
    path = Left(F("territory__path"), STEP * Level.COMMUNITY)
    found: dict[Any, Standing] = {}
    for rows, sums in ((now, _NOW), (days, _DAYS)):
        keyed: Any = rows.annotate(community_path=path) if by == "community_path" else rows
        grouped: Iterable[dict[str, Any]] = (
            keyed.values(by).annotate(**_named(sums)) if by else [keyed.aggregate(**_named(sums))]
        )
        for row in grouped:
            part = Standing(**{name: row[f"sum_{name}"] or 0 for name in sums})
            found[row.get(by)] = found.get(row.get(by), Standing()) + part
    return found


def _named(sums: dict[str, Sum]) -> dict[str, Sum]:
    """A sum may not be called like the column it adds up."""
    return {f"sum_{name}": total for name, total in sums.items()}


MOST_CALLS = 99
_CALLS = """
SELECT count(waiting.state) FROM (
    SELECT s.state FROM grids_bodymember m JOIN grids_body b ON b.id = m.body_id
    LEFT JOIN grids_summons s ON s.body_id = b.id AND s.state = ANY (%s)
    WHERE m.user_id = %s AND b.is_active AND b.kind = %s
      AND m.starts_on <= %s AND (m.ends_on IS NULL OR m.ends_on > %s) LIMIT %s
) AS waiting HAVING count(*) > 0
"""


def calls_waiting(user: User) -> int | None:
    """How many calls (吹哨单) wait for the departments this person acts for, up to 99; None for who acts for none."""
    day, live = timezone.localdate(), sorted(map(str, LIVE_SUMMONS))
    with connection.cursor() as cursor:
        cursor.execute(_CALLS, [live, user.pk, str(BodyKind.DEPARTMENT), day, day, MOST_CALLS])
        row = cursor.fetchone()
    return int(row[0]) if row is not None else None


@transaction.atomic
def recount() -> None:
    """Counts everything anew from the incidents themselves, for proofs and after repairs by hand."""
    with connection.cursor() as cursor:
        for statement in COUNT_ANEW:
            cursor.execute(statement)
