"""What is covered and what is not, from numbers kept beside the rows: nobody counts households on a request."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.core.cache import caches
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Left

from grids.cells.domain import OrganisationKind
from grids.cells.models import PartyOrganisation
from grids.members.models import PartyMember
from grids.pairing.domain import HOUSEHOLDS_PER_MEMBER, blurred
from grids.pairing.limits import HOUSEHOLDS
from grids.territory.domain import STEP, Level, ancestor_paths
from grids.territory.models import Territory, TerritorySetting

# How many of the heaviest are looked at, where places below have limits of their own.
HEAVIEST = 1000
KEPT_SECONDS = 60
Counted = TypeVar("Counted")
# Grids with the numbers that are kept of them; a grid's path has so many digits.
GRID = STEP * Level.GRID
NUMBERS = """
WITH cells AS (
    SELECT DISTINCT left(t.path, %(grid)s) AS path
    FROM grids_partyorganisation o JOIN grids_territory t ON t.id = o.territory_id
    WHERE t.path LIKE %(under)s AND t.depth >= %(level)s AND o.is_active AND o.kind = %(kind)s
), homes AS (
    SELECT left(t.path, %(digits)s) AS path, sum(c.households) AS households, sum(c.paired) AS paired
    FROM grids_buildingcount c JOIN grids_territory t ON t.id = c.building_id
    WHERE t.path LIKE %(under)s GROUP BY 1
), nets AS (
    SELECT left(g.path, %(digits)s) AS path, count(*) AS grids, count(*) FILTER (WHERE cells.path IS NULL) AS bare
    FROM grids_territory g LEFT JOIN cells ON cells.path = g.path
    WHERE g.path LIKE %(under)s AND g.level = %(level)s AND g.dissolved_on IS NULL GROUP BY 1
)
SELECT coalesce(nets.path, homes.path), coalesce(grids, 0), coalesce(bare, 0),
       coalesce(households, 0), coalesce(paired, 0)
FROM nets FULL JOIN homes ON homes.path = nets.path ORDER BY 1
"""
# What the statement finds beside the pattern of paths and the number of digits.
NUMBER_VALUES: dict[str, Any] = {"grid": GRID, "level": int(Level.GRID), "kind": str(OrganisationKind.PLACE)}


@dataclass(frozen=True, slots=True)
class Numbers:
    """How a place is covered; None where a group is too small to be told."""

    grids: int
    bare: int
    households: int | None
    paired: int | None
    unpaired: int | None

    @property
    def percent(self) -> int | None:
        """Households looked after, of a hundred."""
        return None if self.paired is None or not self.households else self.paired * 100 // self.households

    @property
    def band(self) -> str:
        """How well it is covered, for the map: none, few, some, all; unknown where nobody is, or it is not told."""
        percent = self.percent
        if percent is None:
            return "unknown"
        return "all" if percent >= 95 else "some" if percent >= 50 else "few" if percent else "none"


@dataclass(frozen=True, slots=True)
class Row:
    """A place one level below, with its numbers."""

    place: Territory
    numbers: Numbers

    @property
    def is_grid(self) -> bool:
        return self.place.level == Level.GRID


def numbers_by(path: str, digits: int) -> dict[str, tuple[int, int, int, int]]:
    """Grids, grids without a cell, households, paired, by the first so many digits of the path."""
    asked = {"under": f"{path}%", "digits": digits, **NUMBER_VALUES}
    with connection.cursor() as cursor:
        cursor.execute(NUMBERS, asked)
        return {row[0]: (int(row[1]), int(row[2]), int(row[3]), int(row[4])) for row in cursor.fetchall()}


def told(numbers: Iterable[tuple[int, int, int, int]], *, exact: bool) -> Numbers:
    """The sum, as it may be told: exactly to the handlers, blurred to others."""
    grids, bare, households, paired = (sum(column) for column in zip((0, 0, 0, 0), *numbers, strict=True))
    left = households - paired
    if exact:
        return Numbers(grids, bare, households, paired, left)
    return Numbers(grids, bare, blurred(households), blurred(paired), blurred(left))


def coverage_of(place: Territory, *, exact: bool) -> dict[str, Any]:
    """`total` of a district, street, community or grid, and `rows`: the places one level below with their numbers."""
    path = str(place.path)
    digits = min(len(path) + STEP, GRID)
    found = _kept(place, "numbers", lambda: numbers_by(path, digits))
    below = Territory.objects.filter(path__in=found, depth=place.depth + 1).defer("boundary")
    return {
        "total": told(found.values(), exact=exact),
        "rows": [Row(each, told([found[str(each.path)]], exact=exact)) for each in below],
    }


def is_kept(place: Territory) -> bool:
    """Whether the numbers of a place may be a minute old: of streets and what is wider, where nobody waits for one."""
    return bool(place.level < Level.COMMUNITY)


def _kept(place: Territory, name: str, count: Callable[[], Counted]) -> Counted:
    if not is_kept(place):
        return count()
    found: Any = caches["fragments"].get_or_set(f"pairing.{name}.{place.path}", count, KEPT_SECONDS)
    return cast(Counted, found)


def number_overloaded(place: Territory, *, most: int) -> int:
    """How many members have more households than their place allows; at most so many."""
    return _kept(place, f"over.{most}", lambda: len(overloaded(place, most=most)))


def bare_grids(place: Territory) -> QuerySet[Territory]:
    """Grids of the place in which no Party organisation of the place stands."""
    cells = PartyOrganisation.objects.filter(
        is_active=True,
        kind=OrganisationKind.PLACE,
        territory__depth__gte=int(Level.GRID),
        territory__path__startswith=str(place.path),
    )
    covered = cells.order_by().annotate(grid=Left("territory__path", GRID)).values("grid")
    grids: QuerySet[Territory] = Territory.objects.under(place).at(Level.GRID).living().defer("boundary")
    return grids.exclude(path__in=covered)


def limits_in(place: Territory, key: str = HOUSEHOLDS) -> dict[str, int]:
    """The limit by path, of the place and of every place above and below that has its own; one query."""
    path = str(place.path)
    near = Q(territory__path__startswith=path) | Q(territory__path__in=ancestor_paths(path))
    own = TerritorySetting.objects.filter(near, key=key).values_list("territory__path", "value")
    found = {at: int(value) for at, value in own}
    return {path: limit_of(found, path), **found}


def limit_of(limits: dict[str, int], path: str) -> int:
    """The one that holds at a path: the nearest on the way up."""
    return next((limits[at] for at in reversed(ancestor_paths(path)) if at in limits), HOUSEHOLDS_PER_MEMBER)


def overloaded(place: Territory, *, most: int) -> list[PartyMember]:
    """Members with more households than their place allows now, the heaviest first; at most so many."""
    limits = limits_in(place)
    heavy = PartyMember.objects.filter(
        load__households__gt=min(limits.values()), organisation__territory__path__startswith=str(place.path)
    )
    rows: Any = heavy.select_related("load", "user", "organisation__territory").order_by("-load__households", "pk")
    found = []
    for member in rows.defer("organisation__territory__boundary")[:HEAVIEST]:
        if member.load.households > limit_of(limits, str(member.organisation.territory.path)):
            found.append(member)
            if len(found) == most:
                break
    return found
