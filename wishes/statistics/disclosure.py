"""What may be published of small groups (docs/domain.md §7; docs/statistics.md, "What the public page leaves out").

A number of wishes from 1 to 4 is never published, nor can it be computed from what is. Places form a tree; the places
directly below one are a family, and a family is published as a whole:

1. Places with fewer than 5 wishes are told only together, as "other places". Where these would be a single place, or
   fewer than 5 wishes, the smallest of the other places joins them.
2. A column (a month, a category, an end) is shown for all places of a family or for none. It is shown only if it has
   no number from 1 to 4 in any of them, the "other places" included. The columns not shown are told only together, by
   the same rule: at least two, and none of their sums from 1 to 4; else the column with the fewest wishes joins them.
3. What is not shown for a family is not shown for the families below it: else their sums would tell it.

So every sum or difference of published numbers is again a number of these places and columns taken together that the
rule allows. Nothing is published of two things at once (a month of one category), and only of whole calendar years
and months that are over, so there are no overlapping spans to subtract.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

SMALLEST = 5

Column = TypeVar("Column", bound=Hashable)
Numbers = Mapping[Column, int]


def is_small(number: int) -> bool:
    """Whether this number of wishes tells too much. Nought is nobody's."""
    return 0 < number < SMALLEST


@dataclass(frozen=True)
class Family:
    """Which of several places are shown, and which are told together."""

    shown: frozenset[str]
    pooled: frozenset[str]


@dataclass(frozen=True)
class Columns(Generic[Column]):
    """Which columns are shown for a whole family, and which are told together."""

    shown: frozenset[Column]
    together: frozenset[Column]


def split_places(sizes: Mapping[str, int]) -> Family:
    """Rule 1. Places without any wish are in neither part: there is nothing to tell of them."""
    pooled = {path for path, size in sizes.items() if is_small(size)}
    shown = {path for path, size in sizes.items() if size >= SMALLEST}
    while pooled and (len(pooled) < 2 or is_small(sum(sizes[path] for path in pooled))) and shown:
        smallest = min(shown, key=lambda path: (sizes[path], path))
        shown.remove(smallest)
        pooled.add(smallest)
    return Family(frozenset(shown), frozenset(pooled))


def split_columns(
    rows: Sequence[Numbers[Column]], *, columns: Iterable[Column], allowed: Iterable[Column]
) -> Columns[Column]:
    """Rules 2 and 3: `rows` are the shown places and the pool, `allowed` what is shown for the family above."""
    everything = set(columns)
    shown = set(allowed) & everything
    shown -= {column for row in rows for column in shown if is_small(row.get(column, 0))}
    together = everything - shown

    def tells_too_much() -> bool:
        sums = [sum(row.get(column, 0) for column in together) for row in rows]
        return bool(together) and (len(together) < 2 or any(is_small(each) for each in sums))

    while tells_too_much() and shown:
        fewest = min(shown, key=lambda column: (sum(row.get(column, 0) for row in rows), str(column)))
        shown.remove(fewest)
        together.add(fewest)
    return Columns(frozenset(shown), frozenset(together))
