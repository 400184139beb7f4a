"""What features count, declared by each: a panel with its columns, read for all grids of a place in one statement.

A feature below is read by `grids.overview.panels`; one above registers its own panel. The overview adds the numbers of
the grids up, so a panel knows neither levels nor pages.
"""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.functional import Promise

from grids.overview.domain import ASIDE, COUNT_STEPS, SHARE_STEPS, Change, Counts, count_band, percent, share_band
from grids.pairing.domain import blurred
from grids.territory.domain import STEP, Level
from grids.territory.models import Territory

Words = str | Promise
# The same number in the period before.
BEFORE = ".before"


@dataclass(frozen=True)
class Statement:
    """How the numbers below a path are counted in SQL: rows of a path and an object of numbers by their names.

    The path is that of a grid, of its community for what stands in no grid. It finds `%(under)s` (a pattern for paths),
    `%(digits)s` (of a grid's path), `%(now)s`, and what `values` gives it; names are the panel's own.
    """

    sql: str
    values: Callable[[datetime], Mapping[str, Any]] = lambda now: {}


@dataclass(frozen=True)
class Column:
    """One number of a place.

    `whole` makes it a share: `key` of `whole`, of a hundred. `about_people`: groups of fewer than five are not told to
    who does not handle the place. `href` is the list behind it, for handlers; with `for_all` for supervisors as well.
    `in_grids`: it is counted by grid, and not by community only. `marks`: what a grid is on the map in words instead of
    in numbers, by band; `aside` is a number that makes a grid of none of the column a band of its own.
    `daily`: kept by community each day (`trend.py`); `past` is how the log tells it of a former moment, in rows of the
    community's path and the number at %(at)s, where it does.
    """

    key: str
    label: Words
    href: Callable[[Territory], str] | None = None
    for_all: bool = False
    whole: str = ""
    about_people: bool = False
    tone: str = ""
    steps: tuple[int, int, int] | None = None
    on_map: bool = True
    in_grids: bool = True
    marks: Mapping[str, Words] = field(default_factory=dict)
    aside: str = ""
    daily: bool = False
    past: Statement | None = None

    @property
    def bounds(self) -> tuple[int, int, int]:
        """Where its bands on the map begin."""
        return self.steps or (SHARE_STEPS if self.whole else COUNT_STEPS)

    def value(self, counts: Counts, *, exact: bool = True, suffix: str = "") -> int | None:
        """The number as it may be told: None where it is not, and for a share of nothing."""
        if self.whole:
            return percent(self._told(counts, self.key + suffix, exact), self._told(counts, self.whole + suffix, exact))
        return self._told(counts, self.key + suffix, exact)

    def change(self, counts: Counts, *, exact: bool) -> Change | None:
        """How it moved, where both numbers are told and there was a period before."""
        found = self.moved(counts, BEFORE, exact=exact)
        return replace(found, more_is_better=True) if found and self.whole else found

    def moved(self, counts: Counts, suffix: str, *, exact: bool) -> Change | None:
        """How it moved since a former day, where both numbers are told."""
        if self.key + suffix not in counts:
            return None
        now, before = self.value(counts, exact=exact), self.value(counts, exact=exact, suffix=suffix)
        return None if now is None or before is None else Change(now, before)

    def band(self, value: int | None) -> str:
        """Its band on the map."""
        return share_band(value, self.bounds) if self.whole else count_band(value, self.bounds)

    def mark(self, counts: Counts, *, exact: bool) -> tuple[str, str]:
        """What a grid looks like on the map: its band, and its number or what it is in words."""
        value = self.value(counts, exact=exact)
        band = ASIDE if self.aside and not value and counts.get(self.aside) else self.band(value)
        if band in self.marks:
            return band, str(self.marks[band])
        return band, "—" if value is None else f"{value}%" if self.whole else str(value)

    def _told(self, counts: Counts, key: str, exact: bool) -> int | None:
        count = counts.get(key, 0)
        return blurred(count) if self.about_people and not exact else count


# The same for what is no single statement: numbers by path.
Read = Callable[[str, datetime], Mapping[str, Counts]]


@dataclass(frozen=True)
class Panel:
    """What one feature counts. `href` is the feature's own page of a place, for whoever may see the overview."""

    key: str
    title: Words
    icon: str
    columns: tuple[Column, ...]
    count: Statement | Read
    href: Callable[[Territory], str] | None = None
    position: int = 50


@dataclass
class _Registry:
    panels: dict[str, Panel] = field(default_factory=dict)


_registry = _Registry()


def register_panel(panel: Panel) -> None:
    """Show it on every overview. Raises ValueError when its name, or that of a column, is taken."""
    taken = {column.key for each in _registry.panels.values() for column in each.columns}
    if panel.key in _registry.panels or taken & {column.key for column in panel.columns}:
        raise ValueError(f"Panel {panel.key!r} is declared twice.")
    _registry.panels[panel.key] = panel


def registered_panels() -> list[Panel]:
    """All of them, in their order."""
    return sorted(_registry.panels.values(), key=lambda panel: panel.position)


def all_columns() -> list[Column]:
    """The columns of all panels."""
    return [column for panel in registered_panels() for column in panel.columns]


def figures_below(path: str, now: datetime) -> dict[str, dict[str, int]]:
    """What all panels count below a path, by grid: all their statements are asked as one."""
    found: dict[str, dict[str, int]] = {}
    counts = [panel.count for panel in registered_panels()]
    statements = [count for count in counts if isinstance(count, Statement)]
    several = [count(path, now).items() for count in counts if not isinstance(count, Statement)]
    for at, numbers in itertools.chain(_asked_as_one(statements, path, now), *several):
        found.setdefault(at, {}).update(numbers)
    return found


def _asked_as_one(statements: Sequence[Statement], path: str, now: datetime) -> list[tuple[str, dict[str, int]]]:
    if not statements:
        return []
    values: dict[str, Any] = {"under": f"{path}%", "digits": STEP * Level.GRID, "now": now}
    for each in statements:
        for name, value in each.values(now).items():
            if values.setdefault(name, value) != value:
                raise ValueError(f"Two panels mean different things by {name!r}.")
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"({each.sql})" for each in statements), values)
        return [(row[0], json.loads(row[1]) if isinstance(row[1], str) else row[1]) for row in cursor.fetchall()]
