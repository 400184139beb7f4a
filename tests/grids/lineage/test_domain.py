"""Numbers run west to east, north to south, and none is given twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.lineage.domain import NumbersUsedUp, Standing, in_reading_order, new_numbers


def at(grid: int, number: int, column: int, row: int) -> Standing:
    """A square of the lattice, rows counted from the north."""
    return Standing(grid, number, (column + 0.5, -row - 0.5), float(-row - 1))


def test_grids_are_read_row_by_row_and_those_not_drawn_come_last() -> None:
    grids = [Standing(9, 1), at(1, 4, 0, 0), at(2, 3, 1, 0), at(3, 2, 0, 1), at(4, 5, 1, 1)]
    assert [each.grid for each in in_reading_order(grids)] == [1, 2, 3, 4, 9]


def test_a_grid_that_stands_a_little_lower_is_of_the_same_row() -> None:
    low = Standing(2, 1, (1.5, -0.8), -1.3)
    assert [each.grid for each in in_reading_order([at(1, 2, 2, 0), low])] == [2, 1]


def test_only_what_stands_out_of_order_gets_a_number_nobody_had() -> None:
    order = [at(1, 1, 0, 0), at(5, 5, 1, 0), at(2, 2, 0, 1), at(3, 3, 1, 1)]
    used = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 7}
    assert new_numbers(order, used) == {2: 7, 3: 8}
    assert new_numbers(order[:1], used) == {}


def test_the_same_grid_gets_its_old_number_back() -> None:
    assert new_numbers([at(1, 4, 0, 0), at(2, 2, 1, 0)], {4: 1, 2: 2, 5: 2}) == {2: 5}


def test_numbers_end() -> None:
    with pytest.raises(NumbersUsedUp):
        new_numbers([at(1, 999, 0, 0), at(2, 2, 1, 0)], {})


numbers = st.lists(st.integers(1, 60), min_size=1, max_size=12, unique=True)


@given(present=numbers, former=st.dictionaries(st.integers(61, 80), st.integers(0, 11)))
def test_numbers_rise_and_are_never_another_grids(present: list[int], former: dict[int, int]) -> None:
    order = [at(grid, number, grid, 0) for grid, number in enumerate(present)]
    used = {**former, **{number: grid for grid, number in enumerate(present)}}
    changed = new_numbers(order, used)
    after = [changed.get(each.grid, each.number) for each in order]
    assert after == sorted(set(after))
    assert all(used.get(number, grid) == grid for grid, number in changed.items())
