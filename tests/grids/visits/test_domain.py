"""When a household is due, and the way from door to door."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grids.visits.domain import (
    TOLD_AFTER,
    Standing,
    Stop,
    door_key,
    due_after,
    last_day,
    length,
    months_before,
    nth_workday,
    walk,
)
from portal.deadlines.calendar import ChinaCalendar

CHINA = ChinaCalendar()
# A machine with much else to do is no reason to fail.
UNHURRIED = settings(suppress_health_check=[HealthCheck.too_slow])
points = st.tuples(st.floats(118.6, 118.8), st.floats(31.9, 32.1))
stops = st.builds(
    Stop,
    what=st.none(),
    building=st.sampled_from([f"{n:03d}" for n in range(9)]),
    door=st.integers(101, 130).map(str),
    point=st.none() | points,
    is_late=st.booleans(),
)


def test_a_day_of_rest_moves_the_last_day_forward_and_never_before_the_visit() -> None:
    # 2026-10-01 to 07 are holidays: a week after Thursday the 24th would be the first of them.
    assert last_day(date(2026, 9, 24), 7, CHINA) == date(2026, 9, 30)
    assert last_day(date(2026, 11, 16), 7, CHINA) == date(2026, 11, 23)
    # All days until the next would be rest days: the day stays as it is.
    assert last_day(date(2026, 10, 1), 3, CHINA) == date(2026, 10, 4)


def test_a_household_is_due_for_some_days_and_then_late() -> None:
    last = date(2026, 11, 16)
    standings = [due_after(last, 7, last + timedelta(days=n), CHINA).standing for n in range(10)]
    assert standings == [Standing.RESTED] * 5 + [Standing.DUE] * 3 + [Standing.OVERDUE] * 2
    daily = due_after(last, 1, last, CHINA)
    assert (daily.due_from, daily.due_on, daily.standing) == (date(2026, 11, 17), date(2026, 11, 17), Standing.RESTED)


def test_each_level_is_told_on_its_working_day() -> None:
    late = due_after(date(2026, 11, 16), 7, date(2026, 11, 24), CHINA)
    assert late.tell_on == date(2026, 11, 24)
    days = [due_after(date(2026, 11, 16), 7, date(2026, 12, 9), CHINA, told=n).tell_on for n in range(4)]
    assert days == [date(2026, 11, 24), date(2026, 11, 26), date(2026, 12, 1), None]
    assert nth_workday(date(2026, 9, 30), TOLD_AFTER[0], CHINA) == date(2026, 10, 8)


@given(last=st.dates(date(2024, 1, 1), date(2027, 1, 1)), every=st.integers(1, 365), gone=st.integers(0, 400))
@UNHURRIED
def test_a_due_day_lies_within_the_rhythm(last: date, every: int, gone: int) -> None:
    found = due_after(last, every, last + timedelta(days=gone), CHINA)
    assert last < found.due_from <= found.due_on <= last + timedelta(days=every)


@given(st.lists(stops, max_size=12), st.none() | points)
@UNHURRIED
def test_the_way_passes_every_door_once_late_ones_first_and_never_longer(
    given_stops: list[Stop[None]], start: tuple[float, float] | None
) -> None:
    way = walk(given_stops, start)
    assert sorted(map(repr, way)) == sorted(map(repr, given_stops))
    assert [each.is_late for each in way] == sorted((each.is_late for each in way), reverse=True)
    # A house is left only when all its doors of the same urgency are done.
    for urgency in (True, False):
        houses = [each.building for each in way if each.is_late == urgency]
        assert len({*houses}) == sum(one != other for one, other in zip([None, *houses], houses, strict=False))


def test_the_way_untangles_what_the_nearest_next_tangles() -> None:
    # From 0 the nearest is 1, then -2, then 5: back and forth. Along the street it is shorter.
    places = {"a": 1.0, "b": -2.0, "c": 5.0, "d": -9.0}
    street = [Stop(None, name, "101", (118.7 + at / 1000, 32.0)) for name, at in places.items()]
    at = {each.building: each.point for each in street}
    found = [each.building for each in walk(street, (118.7, 32.0))]
    assert length(found, at, (118.7, 32.0)) <= length(["a", "b", "c", "d"], at, (118.7, 32.0))
    assert found in (["a", "c", "b", "d"], ["c", "a", "b", "d"])


def test_doors_stand_in_the_order_of_a_staircase() -> None:
    doors = ["10单元101", "2单元1001", "2单元201"]
    assert sorted(doors, key=door_key) == ["2单元201", "2单元1001", "10单元101"]


def test_months_before() -> None:
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 24) == date(2024, 1, 15)
