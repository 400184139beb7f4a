"""Nobody stands in a group smaller than five, whatever the wishes are."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from wishes.opendata.domain import (
    LAST_STEP,
    MOST_DAYS,
    SMALLEST,
    Cell,
    Parents,
    days_between,
    published_cells,
    widened,
)

PARENTS = Parents({"pipes": "home", "lamps": "home", "trees": "street"})
cells = st.builds(
    Cell,
    st.sampled_from(["2026-01", "2026-02", "2026-04", "2025-12"]),
    st.sampled_from(["pipes", "lamps", "trees", "other"]),
    st.sampled_from(["320105004001", "320105004004", "320105007001", "120101001001"]),
)


@given(st.dictionaries(cells, st.integers(1, 9)))
def test_every_published_group_has_five(counts: dict[Cell, int]) -> None:
    found = published_cells(counts, PARENTS)
    shown: Counter[Cell] = Counter()
    for cell, wide in found.items():
        shown[wide] += counts[cell]

    assert all(count >= SMALLEST for count in shown.values())
    assert all(wide in [widened(cell, step, PARENTS) for step in range(LAST_STEP + 1)] for cell, wide in found.items())
    # What is left out could not have been shown either: all of it together is too few in its widest cell.
    left: Counter[Cell] = Counter()
    for cell in set(counts) - set(found):
        left[widened(cell, LAST_STEP, PARENTS)] += counts[cell]
    assert all(count < SMALLEST for count in left.values())


def test_a_large_group_stays_as_fine_as_it_is_and_a_small_one_grows() -> None:
    fine, small = Cell("2026-11", "pipes", "320105004004"), Cell("2026-11", "lamps", "320105004004")
    other = Cell("2026-10", "lamps", "320105004001")
    found = published_cells({fine: 5, small: 3, other: 2}, PARENTS)

    assert found == {
        fine: fine,
        small: Cell("2026-Q4", "home", "320105004"),
        other: Cell("2026-Q4", "home", "320105004"),
    }


def test_days_are_whole_and_end_at_sixty() -> None:
    assert days_between(date(2026, 1, 1), date(2026, 1, 3)) == 2
    assert days_between(date(2026, 1, 1), date(2026, 12, 31)) == MOST_DAYS
    assert days_between(date(2026, 1, 1), None) is None
