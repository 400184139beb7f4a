"""The map of wishes that wait for somebody (等人认领的心愿地图): numbers of grids, and their outlines.

A grid is the smallest place shown: several hundred households, so that no number points at one of them. The exact
position of a wish is not known to anybody.
"""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.outlines import MOST_GRIDS
from wishes.wishes.models import OpenCount

LEVELS = (Level.DISTRICT, Level.STREET, Level.COMMUNITY)


class Band(Enum):
    """How many wait, in words beside the colour."""

    NONE = ("none", 0, _("没有"))
    FEW = ("few", 1, _("1 到 4 个"))
    SOME = ("some", 5, _("5 到 14 个"))
    MANY = ("many", 15, _("15 个以上"))

    def __init__(self, key: str, least: int, words: str | Promise) -> None:
        self.key, self.least, self.words = key, least, words

    @classmethod
    def of(cls, number: int) -> "Band":
        """The band a number falls into."""
        return [band for band in cls if number >= band.least or band is cls.NONE][-1]


@dataclass(frozen=True)
class Row:
    """A place of the list beside the map, with everything below it."""

    place: Territory
    open: int
    is_rest: bool = False  # of a community: wishes whose grid is not known

    @property
    def band(self) -> Band:
        return Band.of(self.open)

    @property
    def is_grid(self) -> bool:
        return self.place.level == Level.GRID


def open_numbers(place: Territory) -> dict[str, int]:
    """By path, how many wait in each grid of the place, and in communities without a known grid; zeros left out."""
    found = OpenCount.objects.filter(open__gt=0, territory__path__startswith=place.path)
    return dict(found.values_list("territory__path", "open"))


def rows_of(place: Territory, numbers: dict[str, int]) -> list[Row]:
    """The places one level below with their numbers, in the order of their codes."""
    below = Territory.objects.children_of(place).living().defer("boundary")
    rows = [Row(each, _sum(numbers, str(each.path))) for each in below]
    if rest := numbers.get(str(place.path)):
        rows.append(Row(place, rest, is_rest=True))
    return rows


def _sum(numbers: dict[str, int], path: str) -> int:
    return sum(number for at, number in numbers.items() if at.startswith(path))


def grids_of(place: Territory) -> list[Territory]:
    """Every grid of the place, without its outline."""
    return list(Territory.objects.under(place).at(Level.GRID).living().defer("boundary")[:MOST_GRIDS])
