"""The order in which grids are numbered: west to east, north to south (docs/domain.md §1), as one reads a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LAST_NUMBER = 999


class NumbersUsedUp(ValueError):
    """No number is left below a community."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a grid stands: a point inside it as (longitude, latitude) and the latitude of its southern edge.

    Both are None for a grid of which nothing is drawn.
    """

    grid: int
    number: int
    middle: tuple[float, float] | None = None
    south: float | None = None


def in_reading_order(grids: Sequence[Standing]) -> list[Standing]:
    """Row by row from the north, each row from the west; grids that are not drawn come last, as they are numbered.

    A row begins with the northernmost grid left and takes in every grid whose middle lies north of its southern edge.
    """
    drawn = sorted((each for each in grids if each.middle), key=lambda each: (-_latitude(each), each.number))
    order: list[Standing] = []
    while drawn:
        edge = drawn[0].south if drawn[0].south is not None else _latitude(drawn[0])
        row = [each for each in drawn if each is drawn[0] or _latitude(each) > edge]
        order += sorted(row, key=lambda each: (each.middle or (0.0, 0.0), each.number))
        drawn = [each for each in drawn if each not in row]
    return [*order, *sorted((each for each in grids if not each.middle), key=lambda each: each.number)]


def _latitude(grid: Standing) -> float:
    assert grid.middle is not None
    return grid.middle[1]


def new_numbers(order: Sequence[Standing], used: Mapping[int, int]) -> dict[int, int]:
    """Grid → number, rising in this order; only grids that get another number.

    A grid keeps its number where that is higher than the one before it. Another gets the next number that no other
    grid has or ever had (`used`: number → grid). Raises NumbersUsedUp.
    """
    changed: dict[int, int] = {}
    last = 0
    for each in order:
        number = each.number
        if number <= last:
            number = last + 1
            while used.get(number, each.grid) != each.grid:
                number += 1
            changed[each.grid] = number
        if number > LAST_NUMBER:
            raise NumbersUsedUp
        last = number
    return changed
