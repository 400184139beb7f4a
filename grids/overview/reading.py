"""The numbers of a place and of those below it, as they stood within the last minute.

What is counted is kept for a minute in each web process; which of it somebody is told is decided for each request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.overview.domain import Change, Counts, added
from grids.overview.figures import Column, Panel, all_columns, figures_below, registered_panels
from grids.overview.policies import viewed_paths
from grids.overview.trend import MONTH, WEEK, counts_before
from grids.pairing.policies import handles, may_watch
from grids.pairing.scope import LEVELS
from grids.roles.queries import Person
from grids.territory.domain import STEP, Level, ancestor_paths, path_of
from grids.territory.models import Territory
from portal.accounts.models import User

KEPT_SECONDS = 60
GRID = STEP * Level.GRID
MOST_HOT = 6


@dataclass(frozen=True)
class Kept:
    """What was counted: of the place, of the places one level below, and the grids that stand out in each column."""

    at: datetime
    total: Counts
    below: Mapping[str, Counts]
    hot: Mapping[str, list[tuple[str, int]]]


@dataclass(frozen=True)
class Figure:
    """One number as somebody is told it, with the list behind it."""

    column: Column
    value: int | None
    href: str
    change: Change | None = None
    # The same against a week and against four weeks ago.
    week: Change | None = None
    month: Change | None = None

    @property
    def words(self) -> str:
        """The number, its sign with a share, a dash where it is not told."""
        return "—" if self.value is None else f"{self.value}%" if self.column.whole else str(self.value)

    @property
    def tone(self) -> str:
        """Red for what is late, where there is any."""
        return self.column.tone if self.value else ""


@dataclass(frozen=True)
class PanelFigures:
    """One feature's numbers of the place."""

    panel: Panel
    figures: list[Figure]
    href: str


@dataclass(frozen=True)
class Line:
    """A place one level below with all its numbers."""

    place: Territory
    figures: list[Figure]


@dataclass(frozen=True)
class Overview:
    """Everything of a place for one reader."""

    place: Territory
    above: list[Territory]
    exact: bool
    # Whether the lists behind the numbers are the reader's to open, as far as they are for all who watch.
    watches: bool
    kept: Kept
    places: Mapping[str, Territory]

    @property
    def panels(self) -> list[PanelFigures]:
        """The place's own numbers, by feature."""
        return [
            PanelFigures(
                panel,
                [self.figure(column, self.place, self.kept.total, moves=True) for column in panel.columns],
                panel.href(self.place) if panel.href and self.watches else "",
            )
            for panel in registered_panels()
        ]

    @property
    def lines(self) -> list[Line]:
        """The places one level below that anything is counted of."""
        columns = all_columns()
        return [
            Line(place, [self.figure(column, place, self.kept.below[path]) for column in columns])
            for path, place in sorted(self.places.items())
            if path in self.kept.below and path != self.place.path
        ]

    def figure(self, column: Column, place: Territory, counts: Counts, *, moves: bool = False) -> Figure:
        """One number of one place as this reader is told it."""
        told = column.in_grids or place.level < Level.GRID
        value = column.value(counts, exact=self.exact) if told else None
        worth = value is not None if column.whole else bool(value)
        opens = column.href is not None and worth and (self.exact or (column.for_all and self.watches))
        change = column.change(counts, exact=self.exact) if moves else None
        week, month = (column.moved(counts, ago, exact=self.exact) if moves else None for ago in (WEEK, MONTH))
        return Figure(column, value, column.href(place) if opens and column.href else "", change, week, month)

    def hottest(self, column: Column) -> list[tuple[Territory, str, Figure]]:
        """Grids that stand out in a column, with the community they lie in; none for who is not told small groups."""
        if column.about_people and not self.exact:
            return []
        found = []
        for path, count in self.kept.hot.get(column.key, ()):
            grid, community = self.places.get(path), self.places.get(path[:-STEP])
            if grid is not None:
                counts = {column.key: count, column.whole: 100} if column.whole else {column.key: count}
                found.append((grid, community.name if community else "", self.figure(column, grid, counts)))
        return found


def overview_of(user: User, code: str) -> Overview:
    """The place with this code, or the first of the reader's own. Raises PermissionDenied for who sees none, Http404
    for a place they do not see."""
    path = watched_path(user, code)
    kept = kept_figures(path)
    above = ancestor_paths(path)
    hot = {at for column in kept.hot.values() for at, _count in column}
    wanted = {*above, *kept.below, *hot, *(at[:-STEP] for at in hot)}
    found = {str(each.path): each for each in Territory.objects.filter(path__in=wanted).defer("boundary")}
    place = found.get(path)
    if place is None:
        raise Http404
    viewed = viewed_paths(user)
    return Overview(
        place=place,
        above=[
            found[each]
            for each in above[:-1]
            if each in found and found[each].level in LEVELS and any(each.startswith(one) for one in viewed)
        ],
        exact=handles(user, place),
        watches=may_watch(user, place),
        kept=kept,
        places={at: each for at, each in found.items() if each.dissolved_on is None},
    )


def watched_path(user: Person, code: str) -> str:
    """The path of the place asked for. Raises as `overview_of`."""
    paths = viewed_paths(user)
    if not paths:
        raise PermissionDenied(_("这里是社区和街道工作人员看全局的地方。"))
    if not code:
        own = next((path for path in paths if len(path) // STEP in LEVELS), None)
        return own or _first_district(paths[0])
    try:
        path = path_of(code)
    except ValueError as error:
        raise Http404 from error
    if len(path) // STEP not in LEVELS or not any(path.startswith(viewed) for viewed in paths):
        raise Http404
    return path


def _first_district(path: str) -> str:
    """Of a city or province, which have no overview of their own. Raises Http404 where nothing was brought in."""
    district = Territory.objects.filter(path__startswith=path, level=Level.DISTRICT).order_by("path").first()
    if district is None:
        raise Http404
    return str(district.path)


def kept_figures(path: str) -> Kept:
    """What is counted of a place and below it, not older than a minute."""
    cache = caches["fragments"]
    known: Kept | None = cache.get(f"overview.{path}")
    if known is None:
        known = _counted(path, grid_figures(path), timezone.now())
        cache.set(f"overview.{path}", known, KEPT_SECONDS)
    return known


def grid_figures(path: str) -> dict[str, dict[str, int]]:
    """The numbers of each grid of a place, not older than a minute."""
    cache = caches["fragments"]
    known: dict[str, dict[str, int]] | None = cache.get(f"overview.grids.{path}")
    if known is None:
        known = figures_below(path, timezone.now())
        cache.set(f"overview.grids.{path}", known, KEPT_SECONDS)
    return known


def _counted(path: str, grids: Mapping[str, Counts], now: datetime) -> Kept:
    digits = min(len(path) + STEP, GRID)
    groups: dict[str, list[Counts]] = {}
    for at, counts in grids.items():
        groups.setdefault(at[:digits], []).append(counts)
    below = {at: added(several) for at, several in groups.items()}
    total = {**added(below.values()), **counts_before(path, timezone.localdate(now))}
    return Kept(now, total, below, {each.key: _hot(each, grids) for each in all_columns() if each.on_map})


def _hot(column: Column, grids: Mapping[str, Counts]) -> list[tuple[str, int]]:
    """The grids with the most, or with the least of a share."""
    values = [(at, column.value(counts)) for at, counts in grids.items() if len(at) == GRID]
    told = [(at, value) for at, value in values if value is not None and column.band(value) != "none"]
    return sorted(told, key=lambda each: (each[1] if column.whole else -each[1], each[0]))[:MOST_HOT]
