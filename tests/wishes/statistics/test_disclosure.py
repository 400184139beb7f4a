"""Small groups stay hidden: no number from 1 to 4 is published, nor can one be computed from what is."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.wishes.statistics.factories import tally
from wishes.statistics.disclosure import SMALLEST, is_small, split_columns, split_places
from wishes.statistics.publishing import MONTHS, Counted, PublishedFamily, _published, _together

Month = int
# A town of two streets with up to three communities each, and what came in over three months.
TREE = {"1": ("11", "12", "13"), "2": ("21", "22")}
LEAVES = [leaf for leaves in TREE.values() for leaf in leaves]
numbers = st.integers(0, 12)
towns = st.fixed_dictionaries({leaf: st.tuples(numbers, numbers, numbers) for leaf in LEAVES})


def counted(months: tuple[int, ...]) -> Counted:
    found = Counted(tally(submitted=sum(months), answered_in_time=sum(months)))
    found.months = Counter({date(2026, number, 1): count for number, count in enumerate(months, start=1) if count})
    return found


def publication(town: dict[str, tuple[int, ...]]) -> dict[str, PublishedFamily]:
    """The town, its streets and their communities as they would be published, by the place above them."""
    leaves = {leaf: counted(months) for leaf, months in town.items()}
    streets = {street: _together(leaves[leaf] for leaf in below) for street, below in TREE.items()}
    top = _published({"": _together(streets.values())}, None)
    families = {"above": top}
    if "" in top.places:
        families[""] = _published(streets, top.columns)
        for street, below in TREE.items():
            if street in families[""].places:
                families[street] = _published({leaf: leaves[leaf] for leaf in below}, families[""].columns)
    return families


def cells_of(place: str) -> list[str]:
    return [leaf for leaf in LEAVES if leaf.startswith(place)]


def equations(town: dict[str, tuple[int, ...]]) -> Iterator[tuple[frozenset[tuple[str, Month]], int]]:
    """Everything published, each as a set of (community, month) cells and their sum."""
    for above, family in publication(town).items():
        shown = {"" if above == "above" else path: one for path, one in family.places.items()}
        rows = [(cells_of(path), one) for path, one in shown.items()]
        if family.pool is not None:
            members = TREE[above] if above else tuple(TREE)
            pooled = [leaf for leaf in LEAVES if any(leaf.startswith(each) for each in members if each not in shown)]
            rows.append((pooled, family.pool))
        for places, one in rows:
            yield frozenset((leaf, month) for leaf in places for month in (1, 2, 3)), one.figures["submitted"] or 0
            for first, number in one.months.items():
                yield frozenset((leaf, first.month) for leaf in places), number
            told = {first.month for first in one.months}
            together = {first.month for first in family.columns[MONTHS].together}
            if one.other_months is not None:
                yield frozenset((leaf, month) for leaf in places for month in together), one.other_months
            # A month that is in neither part is known to be empty.
            for month in {1, 2, 3} - told - together:
                yield frozenset((leaf, month) for leaf in places), 0


def computable(known: list[tuple[frozenset[tuple[str, Month]], int]], wanted: frozenset[tuple[str, Month]]) -> bool:
    """Whether the sum of these cells is a combination of what is known (Gauss, in fractions)."""
    empty = {cell for cells, number in known if number == 0 for cell in cells}
    cells = [(leaf, month) for leaf in LEAVES for month in (1, 2, 3) if (leaf, month) not in empty]
    rows = [[Fraction(cell in part) for cell in cells] for part, _number in known]
    target = [Fraction(cell in wanted) for cell in cells]
    for column in range(len(cells)):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows = [_without(row, pivot, column) for row in rows]
        target = _without(target, pivot, column)
    return not any(target)


def _without(row: list[Fraction], pivot: list[Fraction], column: int) -> list[Fraction]:
    factor = row[column] / pivot[column]
    return [value - factor * other for value, other in zip(row, pivot, strict=True)] if factor else row


@settings(max_examples=40)
@given(town=towns)
# One small community among large ones: hiding it alone would leave it as the difference.
@example(town={"11": (9, 9, 9), "12": (9, 9, 9), "13": (1, 1, 1), "21": (9, 9, 9), "22": (9, 9, 9)})
# A small month in one community only.
@example(town={"11": (9, 2, 9), "12": (9, 9, 9), "13": (9, 9, 9), "21": (9, 9, 9), "22": (9, 9, 9)})
# An empty month, told as such below, would give away the small one beside it.
@example(town={"11": (0, 0, 0), "12": (0, 0, 0), "13": (0, 1, 5), "21": (0, 1, 0), "22": (4, 0, 0)})
def test_no_small_number_can_be_computed_from_what_is_published(town: dict[str, tuple[int, ...]]) -> None:
    known = list(equations(town))
    assert not any(is_small(number) for _cells, number in known)
    places = ["", *TREE, *LEAVES]
    secrets = [(place, months) for place in places for months in ((1, 2, 3), (1,), (2,), (3,))]
    for place, months in secrets:
        number = sum(town[leaf][month - 1] for leaf in cells_of(place) for month in months)
        if is_small(number):
            wanted = frozenset((leaf, month) for leaf in cells_of(place) for month in months)
            assert not computable(known, wanted), f"{place or 'town'} {months}: {number}"


def test_the_check_would_notice_a_difference() -> None:
    """The control: with the small community merely left out, its number is the total less the others."""
    large = frozenset({("11", 1)}), 20
    whole = frozenset({("11", 1), ("12", 1)}), 23
    assert computable([large, whole], frozenset({("12", 1)}))
    assert not computable([whole], frozenset({("12", 1)}))


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ({"a": 30, "b": 40}, {"a", "b"}),
        ({"a": 30, "b": 40, "c": 3}, {"b"}),
        ({"a": 30, "b": 4, "c": 3}, {"a"}),
        ({"a": 30, "b": 1, "c": 2}, set()),
        ({"a": 30, "b": 40, "c": 0}, {"a", "b"}),
        ({"a": 3}, set()),
    ],
)
def test_a_small_place_takes_the_next_one_along(sizes: dict[str, int], shown: set[str]) -> None:
    family = split_places(sizes)
    assert family.shown == shown
    if family.shown:
        assert not is_small(sum(sizes[path] for path in family.pooled))


def test_a_column_is_shown_for_all_places_of_a_family_or_for_none() -> None:
    rows = [{"x": 20, "y": 9, "z": 30}, {"x": 20, "y": 2, "z": 30}]
    columns = split_columns(rows, columns="xyz", allowed="xyz")
    assert columns.together == {"x", "y"}
    assert columns.shown == {"z"}


def test_what_is_not_shown_above_is_not_shown_below() -> None:
    columns = split_columns([{"x": 20, "y": 9, "z": 30}], columns="xyz", allowed="xz")
    assert "y" in columns.together
    assert len(columns.together) >= 2


def test_four_is_small_and_five_is_not() -> None:
    assert [is_small(number) for number in (0, 1, SMALLEST - 1, SMALLEST)] == [False, True, True, False]
