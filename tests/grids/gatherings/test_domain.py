"""Periods, what is required in them, and codes that change."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.gatherings.domain import Period, Rhythm, Unit, code_step, periods_of_year, rate, step_ends, tally

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
UNITS = st.sampled_from(list(Unit))
MONTHLY, QUARTERLY = Rhythm(1, Unit.MONTH), Rhythm(1, Unit.QUARTER)


@given(DAYS, UNITS)
def test_every_day_lies_in_one_period(day: date, unit: Unit) -> None:
    period = Period.of(day, unit)
    assert period.first <= day < period.after
    assert period.first.day == period.after.day == 1
    assert Period.of(period.first, unit) == Period.of(period.last, unit) == period
    assert period.before().after == period.first
    assert len(period.months) == (1 if unit == Unit.MONTH else 3)


@given(DAYS, UNITS)
def test_the_periods_of_a_year_follow_one_another_up_to_now(day: date, unit: Unit) -> None:
    periods = periods_of_year(day, unit)
    assert periods[0].first == date(day.year, 1, 1)
    assert periods[-1] == Period.of(day, unit)
    assert all(one.after == two.first for one, two in pairwise(periods))


@given(
    DAYS,
    UNITS,
    st.integers(1, 3),
    st.dictionaries(st.integers(1, 12), st.integers(0, 4)),
    st.none() | DAYS,
    st.none() | DAYS,
)
def test_what_is_done_and_missing_makes_what_is_required(
    day: date, unit: Unit, times: int, held: dict[int, int], since: date | None, until: date | None
) -> None:
    found = tally(Rhythm(times, unit), held, day, since, until)
    assert 0 <= found.done <= found.required <= times
    assert found.year_required == found.year_done + found.overdue + found.owed
    # Only whole periods are required.
    whole = [period for period in periods_of_year(day, unit) if period.within(since, until)]
    assert found.year_required == times * len(whole)
    more = tally(Rhythm(times, unit), held | {day.month: 99}, day, since, until)
    assert more.owed == 0


def test_twice_in_one_month_does_not_make_up_for_none_in_another() -> None:
    found = tally(MONTHLY, {1: 2}, date(2026, 3, 10), None, None)
    assert (found.required, found.done, found.year_done, found.overdue) == (1, 0, 1, 1)
    assert tally(QUARTERLY, {2: 1}, date(2026, 3, 31), None, None).owed == 0


@pytest.mark.parametrize(
    ("since", "until", "required"),
    [
        (date(2026, 2, 1), None, 2),
        (date(2026, 2, 2), None, 1),
        (None, date(2026, 3, 1), 2),
        (date(2026, 3, 2), None, 0),
    ],
)
def test_an_organisation_owes_whole_periods_only(since: date | None, until: date | None, required: int) -> None:
    assert tally(MONTHLY, {}, date(2026, 3, 15), since, until).year_required == required


@pytest.mark.parametrize(
    ("text", "rhythm"),
    [("1q", QUARTERLY), (" 2M ", Rhythm(2, Unit.MONTH)), ("0", None), ("31m", Rhythm(31, Unit.MONTH))],
)
def test_a_rhythm_as_it_is_written(text: str, rhythm: Rhythm | None) -> None:
    assert Rhythm.parse(text) == rhythm


@pytest.mark.parametrize("text", ["", "q", "0m", "1w", "-1m", "32m", "1.5m", "一m", "²m"])
def test_what_is_no_rhythm(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any text that is none
        Rhythm.parse(text)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)), st.integers(20, 600))
def test_a_code_is_shown_until_the_next_one(now: datetime, seconds: int) -> None:
    step = code_step(now, seconds)
    assert step_ends(step, seconds) - seconds <= now.timestamp() < step_ends(step, seconds)
    assert code_step(now + timedelta(seconds=seconds), seconds) == step + 1


def test_rates() -> None:
    assert rate(3, 4) == 75
    assert rate(0, 0) is None
