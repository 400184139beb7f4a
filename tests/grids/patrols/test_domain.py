"""When a patrol is due, and what it was: plain calculations."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.patrols.domain import Rhythm, RunState, is_due, result_of, spread

MONDAY = date(2026, 11, 16)


@pytest.mark.parametrize(
    ("times", "days"), [(1, [1]), (2, [1, 5]), (3, [1, 3, 5]), (5, [1, 2, 3, 4, 5]), (7, [*range(1, 8)])]
)
def test_so_many_a_week_are_spread_over_it(times: int, days: list[int]) -> None:
    assert spread(times) == days


@given(st.integers(1, 7))
def test_a_week_has_as_many_as_were_asked_for(times: int) -> None:
    week = [MONDAY + timedelta(days=n) for n in range(7)]
    due = [is_due(Rhythm.TIMES, day, weekdays=spread(times), every=1, starts_on=MONDAY) for day in week]
    assert sum(due) == times


@given(st.integers(1, 60), st.integers(0, 400))
def test_every_so_many_days_counts_from_the_first(every: int, after: int) -> None:
    day = MONDAY + timedelta(days=after)
    assert is_due(Rhythm.EVERY, day, weekdays=[], every=every, starts_on=MONDAY) == (after % every == 0)
    assert not is_due(Rhythm.EVERY, MONDAY - timedelta(days=every), weekdays=[], every=every, starts_on=MONDAY)


def test_what_a_patrol_was() -> None:
    assert result_of({1, 2}, {1, 2}, set()) == RunState.DONE
    assert result_of({1, 2}, {1, 2, 3}, set()) == RunState.DONE  # a point was taken off meanwhile
    assert result_of({1, 2}, {1}, {2}) == RunState.PARTLY
    assert result_of({1, 2}, {1}, set()) == RunState.PARTLY
    assert result_of({1, 2}, set(), set()) == RunState.MISSED
    with pytest.raises(ValueError, match="8"):
        spread(8)
