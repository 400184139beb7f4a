"""What the public reads: whole calendar years of months that are over, each family of places by `disclosure`'s rules.

The same numbers stand on the page, in the API and in the download.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Min, Q, Sum

from grids.territory.domain import STEP, Level, ancestor_paths
from grids.territory.models import Territory
from wishes.statistics.disclosure import SMALLEST, Columns, split_columns, split_places
from wishes.statistics.domain import END_MEASURES, LEVELS, WIDEST, Tally, month_of, months_back
from wishes.statistics.figures import Figures
from wishes.statistics.models import StatCell
from wishes.statistics.querysets import tallies
from wishes.wishes.models import Category

ROOT = ""
# What divides one group of wishes without remainder; each is told by the rules for columns.
PARTITIONS: Mapping[str, tuple[str, ...]] = {
    "ends": (*END_MEASURES.values(), "open"),
    "answers": ("answered_in_time", "answered_late", "unanswered", "taken_back"),
    "reopenings": ("reopened", "not_reopened"),
    "ratings": ("satisfied", "unsatisfied", "unrated"),
    "timing": ("in_time", "late"),
}
# A division of a part is told only where that part itself is: its sum is one of the numbers above.
NEEDS: Mapping[str, frozenset[str]] = {
    "ratings": frozenset({"ended_fulfilled"}),
    "timing": frozenset({"ended_withdrawn", "open"}),
}
MONTHS, CATEGORIES = "months", "categories"


@dataclass
class Counted:
    """What is known of one place before anything is left out."""

    tally: Tally = field(default_factory=Tally)
    months: Counter[date] = field(default_factory=Counter)
    categories: Counter[int] = field(default_factory=Counter)

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.tally + other.tally, self.months + other.months, self.categories + other.categories)

    def parts(self, partition: str) -> Mapping[Any, int]:
        """The numbers of one division of this place's wishes."""
        if partition == MONTHS:
            return self.months
        if partition == CATEGORIES:
            return self.categories
        tally = self.tally
        derived = {
            "open": tally.open,
            "taken_back": tally.submitted - tally.response.whole,
            "not_reopened": tally.submitted - tally["reopened"],
        }
        return {name: derived[name] if name in derived else tally[name] for name in PARTITIONS[partition]}


@dataclass(frozen=True)
class Shown:
    """One published place, or several of them together."""

    figures: Figures
    months: Mapping[date, int]
    together_months: frozenset[date]
    other_months: int | None
    categories: Mapping[int, int]
    other_categories: int | None


@dataclass(frozen=True)
class PublishedFamily:
    """The places directly below one, as far as they are told; `pool` are the small ones together."""

    places: Mapping[str, Shown]
    pool: Shown | None
    pooled: int
    columns: Mapping[str, Columns[Any]]


@dataclass(frozen=True)
class Publication:
    """A year of one place: the place itself (None where it is too small to be told), and the places below it."""

    year: int
    years: list[int]
    until: date | None
    path: str
    place: Shown | None
    below: PublishedFamily | None
    names: Mapping[str, Territory]
    categories: Mapping[int, tuple[str, str]]  # code and name, in the order of the catalogue


def publish(*, place: Territory | None, year: int | None, today: date) -> Publication:
    """Everything told of a place in a calendar year; a year without numbers, or none, is the last one that has some."""
    years = _years(today)
    year = year if year in years else (years[0] if years else today.year)
    path = str(place.path)[: LEVELS[-1] * STEP] if place else ROOT
    chain = [ROOT, *(each for each in ancestor_paths(path) if len(each) >= WIDEST)]
    first, until = date(year, 1, 1), min(date(year, 12, 1), months_back(month_of(today), 1))
    categories = list(Category.objects.order_by("position", "pk"))
    # A category is told in its group: its parent where it has one.
    counted = _count(chain, {each.pk: each.parent_id or each.pk for each in categories}, first, until)
    family = _published({ROOT: _sum(counted, chain[0])}, None)
    shown = family.places.get(ROOT)
    for step in chain[1:]:
        family = _published(_children(counted, step[:-STEP] if len(step) > WIDEST else ROOT), family.columns)
        shown = family.places.get(step) if shown else None
    below = None
    if shown is not None and len(path) < LEVELS[-1] * STEP:
        below = _published(_children(counted, path), family.columns)
    wanted = {*(below.places if below else ()), *chain[1:]}
    named = {str(each.path): each for each in Territory.objects.filter(path__in=wanted).defer("boundary")}
    until_told = until if until >= first else None
    return Publication(
        year, years, until_told, path, shown, below, named, {each.pk: (each.code, each.name) for each in categories}
    )


def _years(today: date) -> list[int]:
    """Years that have a month which is over, the newest first."""
    oldest = StatCell.objects.filter(level=Level.DISTRICT).aggregate(first=Min("month"))["first"]
    last = months_back(month_of(today), 1)
    return list(range(last.year, oldest.year - 1, -1)) if oldest and oldest <= last else []


def _count(chain: Sequence[str], groups: Mapping[int, int], first: date, last: date) -> dict[str, Counted]:
    """Every place that is, or stands beside or below, one of the chain; in two queries."""
    places = Q(level=Level.DISTRICT)
    for path in chain[1:]:
        places |= Q(level=len(path) // STEP + 1, path__startswith=path)
    cells = StatCell.objects.filter(places, month__range=(first, last), submitted__gt=0)
    found: dict[str, Counted] = defaultdict(Counted)
    for (path, month), tally in tallies(cells, "path", "month"):
        found[path].tally += tally
        found[path].months[month] += tally.submitted
    by_category = cells.order_by().values_list("path", "category_id").annotate(number=Sum("submitted"))
    for path, category, number in by_category:
        found[path].categories[groups.get(category, category)] += number
    return found


def _children(counted: Mapping[str, Counted], path: str) -> dict[str, Counted]:
    length = len(path) + STEP if path else WIDEST
    return {each: found for each, found in counted.items() if len(each) == length and each.startswith(path)}


def _sum(counted: Mapping[str, Counted], path: str) -> Counted:
    return _together(_children(counted, path).values())


def _together(several: Iterable[Counted]) -> Counted:
    found = Counted()
    for each in several:
        found += each
    return found


def _published(places: Mapping[str, Counted], above: Mapping[str, Columns[Any]] | None) -> PublishedFamily:
    """The rules applied to one family; `above` is what was decided for the family their parent belongs to."""
    family = split_places({path: counted.tally.submitted for path, counted in places.items()})
    pool = _together(places[path] for path in family.pooled) if family.pooled else None
    rows = [places[path] for path in sorted(family.shown)] + ([pool] if pool else [])
    columns: dict[str, Columns[Any]] = {}
    for partition in (*PARTITIONS, MONTHS, CATEGORIES):
        divided = [row.parts(partition) for row in rows]
        everything = _everything(partition, divided, above)
        allowed = everything if above is None else above[partition].shown
        needed = NEEDS.get(partition)
        if needed is not None and not needed <= columns["ends"].shown:
            allowed = set()
        columns[partition] = split_columns(divided, columns=everything, allowed=allowed)
    return PublishedFamily(
        places={path: _show(places[path], columns) for path in family.shown},
        pool=_show(pool, columns) if pool and pool.tally.submitted >= SMALLEST else None,
        pooled=len(family.pooled),
        columns=columns,
    )


def _everything(
    partition: str, divided: Sequence[Mapping[Any, int]], above: Mapping[str, Columns[Any]] | None
) -> set[Any]:
    """All columns of a division: for every family those of the family above, empty ones included.

    A column left out because it is empty here would say so, although it is not told apart above.
    """
    if above is not None:
        return set(above[partition].shown | above[partition].together)
    return set(PARTITIONS.get(partition, ())) or {column for row in divided for column in row}


def _show(counted: Counted, columns: Mapping[str, Columns[Any]]) -> Shown:
    told: dict[str, int | None] = {"submitted": counted.tally.submitted}
    for partition in PARTITIONS:
        parts = counted.parts(partition)
        told |= {name: parts[name] for name in columns[partition].shown}
    return Shown(
        figures=_figures(counted.tally, told),
        months={month: counted.months[month] for month in sorted(columns[MONTHS].shown)},
        together_months=columns[MONTHS].together,
        other_months=_rest(counted.months, columns[MONTHS]),
        categories={pk: counted.categories[pk] for pk in columns[CATEGORIES].shown},
        other_categories=_rest(counted.categories, columns[CATEGORIES]),
    )


def _rest(numbers: Mapping[Any, int], columns: Columns[Any]) -> int | None:
    return sum(numbers.get(column, 0) for column in columns.together) if columns.together else None


def _figures(tally: Tally, told: Mapping[str, int | None]) -> Figures:
    """Rates only from numbers that are told: whoever reads them learns nothing more."""

    def knows(*names: str) -> bool:
        return all(name in told for name in names)

    rated = knows("ended_fulfilled", "unrated")
    return Figures(
        told,
        response=tally.response if knows("answered_in_time", "taken_back") else None,
        resolution=tally.resolution if knows("ended_fulfilled", "open") else None,
        satisfaction=tally.satisfaction if knows("satisfied", "unsatisfied") else None,
        timeliness=tally.timeliness if knows("in_time", "late") else None,
        stars=tally.stars if rated and tally.rated >= SMALLEST else None,
    )
