"""Which grids have nobody on one of the coming days, and where somebody stands in today.

The rule of the board as ranges, a district in one statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from grids.roles.domain import Role
from grids.territory.domain import Level

# A term without the days of leave on which nobody stands in; of several people in one office any will do.
GAPS = """
WITH terms AS (
    SELECT t.path, a.role, datemultirange(daterange(a.starts_on, a.ends_on)) - coalesce((
        SELECT range_agg(daterange(d.starts_on, d.ends_on))
        FROM grids_dutycover d LEFT JOIN portal_user c ON c.id = d.cover_id
        WHERE d.appointment_id = a.id AND d.ends_on > %(first)s AND NOT coalesce(c.is_active AND c.is_staff, false)
    ), '{}') AS days, a.starts_on <= %(first)s AND NOT EXISTS (
        SELECT 1 FROM grids_dutycover d
        WHERE d.appointment_id = a.id AND d.starts_on <= %(first)s AND d.ends_on > %(first)s
    ) AS there
    FROM grids_territory t JOIN grids_appointment a ON a.territory_id = t.id
    JOIN portal_user u ON u.id = a.user_id AND u.is_active
    WHERE t.path LIKE %(under)s AND t.level = %(level)s AND a.role IN (%(head)s, %(member)s)
      AND a.starts_on < %(until)s AND (a.ends_on IS NULL OR a.ends_on > %(first)s)
), present AS (
    SELECT path, range_agg(days) FILTER (WHERE role = %(head)s) AS heads,
        range_agg(days) FILTER (WHERE role = %(member)s) AS members,
        bool_or(there) FILTER (WHERE role = %(head)s) AS head_there
    FROM terms GROUP BY path
)
SELECT t.path, NOT coalesce(heads @> %(first)s::date, false),
    NOT coalesce(heads @> daterange(%(first)s, %(until)s) AND members @> daterange(%(first)s, %(until)s), false),
    coalesce(heads @> %(first)s::date AND NOT head_there, false)
FROM grids_territory t LEFT JOIN present ON present.path = t.path
WHERE t.path LIKE %(under)s AND t.level = %(level)s AND t.dissolved_on IS NULL ORDER BY t.path
"""


@dataclass(frozen=True, slots=True)
class Gap:
    """What a grid lacks: a head today (in office and there, or somebody who stands in); head or members on a day.

    `covered`: the head is away today and somebody stands in.
    """

    headless: bool
    short: bool
    covered: bool = False


def gaps_below(path: str, days: Sequence[date]) -> dict[str, Gap]:
    """Every living grid below a path and what it lacks on these days in a row, by its path."""
    asked = {"under": f"{path}%", **gap_values(days)}
    with connection.cursor() as cursor:
        cursor.execute(GAPS, asked)
        return {row[0]: Gap(*row[1:]) for row in cursor.fetchall()}


def gap_values(days: Sequence[date]) -> dict[str, Any]:
    """What `GAPS` finds beside the pattern of paths."""
    return {
        "level": int(Level.GRID),
        "first": days[0],
        "until": days[-1] + timedelta(days=1),
        "head": str(Role.GRID_HEAD),
        "member": str(Role.GRID_MEMBER),
    }
