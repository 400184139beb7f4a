"""Numbers of visits, for whoever shows a place at a glance; small sums over rows kept by triggers, never a count.

What others may use:

* `VisitNumbers`: `visits` and `met` (visits of a month, and those on which somebody was met), `in_care` (households in
  special care), `due` (of those, to be visited now and not late) and `overdue` (the last day has passed).
* `numbers_of(place, month=…)`: one place, a `VisitNumbers`.
* `numbers_by_grid(place, month=…)` and `numbers_by_community(place, month=…)`: those below the place that have any, by
  the path of the grid or community (`Territory.path`). One query each.

The numbers are exact: who does not handle the place is told none below five (`grids.pairing.domain.blurred`).
`month` is any day of the month; this month in Shanghai unless told. The numbers of due and overdue move when the hourly
sweep has seen the new day.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from grids.territory.domain import STEP, Level
from grids.territory.models import Territory

NUMBERS = """
WITH care AS (
    SELECT left(t.path, %(digits)s) AS path, sum(c.in_care) AS in_care, sum(c.due) AS due, sum(c.overdue) AS overdue
    FROM grids_carecount c JOIN grids_territory t ON t.id = c.building_id
    WHERE t.path LIKE %(under)s GROUP BY 1
), visited AS (
    SELECT left(t.path, %(digits)s) AS path, sum(v.visits) AS visits, sum(v.met) AS met
    FROM grids_visittally v JOIN grids_territory t ON t.id = v.building_id
    WHERE v.month = %(month)s AND t.path LIKE %(under)s GROUP BY 1
)
SELECT coalesce(care.path, visited.path), coalesce(visits, 0), coalesce(met, 0),
       coalesce(in_care, 0), coalesce(due, 0), coalesce(overdue, 0)
FROM care FULL JOIN visited ON visited.path = care.path ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class VisitNumbers:
    """Visits of a month, and households in special care as they stand now."""

    visits: int = 0
    met: int = 0
    in_care: int = 0
    due: int = 0
    overdue: int = 0

    @property
    def is_nothing(self) -> bool:
        """There is nothing to tell."""
        return not (self.visits or self.in_care)


def numbers_by(path: str, digits: int, *, month: date | None = None) -> dict[str, VisitNumbers]:
    """The numbers below a path, by the first so many digits of it."""
    day = month or timezone.localdate()
    asked: dict[str, Any] = {"under": f"{path}%", "digits": digits, "month": day.replace(day=1)}
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, asked)
        return {row[0]: VisitNumbers(*map(int, row[1:])) for row in cursor.fetchall()}


def numbers_of(place: Territory, *, month: date | None = None) -> VisitNumbers:
    """The numbers of one place."""
    path = str(place.path)
    return numbers_by(path, len(path), month=month).get(path, VisitNumbers())


def numbers_by_grid(place: Territory, *, month: date | None = None) -> dict[str, VisitNumbers]:
    """The numbers of the grids of a place, by their paths."""
    return numbers_by(str(place.path), STEP * Level.GRID, month=month)


def numbers_by_community(place: Territory, *, month: date | None = None) -> dict[str, VisitNumbers]:
    """The numbers of the communities of a place, by their paths."""
    return numbers_by(str(place.path), STEP * Level.COMMUNITY, month=month)
