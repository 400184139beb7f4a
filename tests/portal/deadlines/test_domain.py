"""The arithmetic of deadlines, by example."""

from datetime import date, datetime, timedelta

import pytest

from portal.deadlines.calendar import ChinaCalendar
from portal.deadlines.domain import (
    TIME_ZONE,
    CalendarExhausted,
    ClockFacts,
    Extension,
    Limit,
    Standstill,
    deadline,
    escalation_at,
    workdays_left,
)
from tests.portal.deadlines.factories import WeekCalendar, nov

WEEK = WeekCalendar()
SEVEN = Limit(days=7)


def test_days_begin_on_the_next_working_day_and_end_at_closing_time() -> None:
    posted_late_on_friday = nov(20, 17, 55)
    assert deadline(ClockFacts(limit=Limit(days=1), started_at=posted_late_on_friday), WEEK).due_at == nov(23, 18)
    assert deadline(ClockFacts(limit=SEVEN, started_at=nov(16, 8)), WEEK).due_at == nov(25, 18)


def test_hours_run_on_the_wall_clock_through_night_and_weekend() -> None:
    assert deadline(ClockFacts(limit=Limit(hours=2), started_at=nov(21, 23)), WEEK).due_at == nov(22, 1)
    assert deadline(ClockFacts(limit=Limit(hours=24), started_at=nov(21, 8, 12)), WEEK).due_at == nov(22, 8, 12)


def test_make_up_workday_counts_and_holiday_does_not() -> None:
    """National Day 2026: 1 to 7 October off, Saturday 10 October worked."""
    started = datetime(2026, 9, 30, 10, tzinfo=TIME_ZONE)
    due = deadline(ClockFacts(limit=Limit(days=3), started_at=started), ChinaCalendar()).due_at
    assert due == datetime(2026, 10, 10, 18, tzinfo=TIME_ZONE)


def test_a_day_that_stood_still_in_working_hours_is_not_counted() -> None:
    facts = ClockFacts(limit=SEVEN, started_at=nov(16), standstills=(Standstill(nov(17, 10), nov(18, 9, 30)),))
    assert deadline(facts, WEEK).due_at == nov(27, 18)


def test_a_night_that_stood_still_costs_nobody_anything() -> None:
    facts = ClockFacts(limit=SEVEN, started_at=nov(16), standstills=(Standstill(nov(17, 18), nov(18, 9)),))
    assert deadline(facts, WEEK).due_at == nov(25, 18)


def test_hours_that_stood_still_are_added_back_exactly_and_once() -> None:
    overlapping = (Standstill(nov(21, 9), nov(21, 11)), Standstill(nov(21, 10), nov(21, 12)))
    facts = ClockFacts(limit=Limit(hours=24), started_at=nov(21, 8), standstills=overlapping)
    assert deadline(facts, WEEK).due_at == nov(22, 11)


def test_restart_of_a_late_clock_leaves_one_whole_working_day() -> None:
    facts = ClockFacts(
        limit=SEVEN, started_at=nov(2), standstills=(Standstill(nov(20), nov(23, 15)),), restarts=(nov(23, 15),)
    )
    assert deadline(facts, WEEK).due_at == nov(24, 18)


def test_restart_in_good_time_leaves_what_remained() -> None:
    """Two of seven days were used (17 and 18 November); five remain after the 23rd, on which it stood."""
    facts = ClockFacts(
        limit=SEVEN, started_at=nov(16), standstills=(Standstill(nov(19), nov(23, 15)),), restarts=(nov(23, 15),)
    )
    assert deadline(facts, WEEK).due_at == nov(30, 18)


def test_restart_of_an_hours_clock_leaves_two_hours() -> None:
    facts = ClockFacts(
        limit=Limit(hours=24),
        started_at=nov(20, 8),
        standstills=(Standstill(nov(21, 7, 50), nov(23, 15)),),
        restarts=(nov(23, 15),),
    )
    assert deadline(facts, WEEK).due_at == nov(23, 17)


def test_extension_adds_to_the_due_time_or_to_now_when_late() -> None:
    in_time = ClockFacts(limit=SEVEN, started_at=nov(16), extensions=(Extension(nov(25, 17), Limit(days=2)),))
    late = ClockFacts(limit=SEVEN, started_at=nov(16), extensions=(Extension(nov(26, 11), Limit(days=2)),))
    assert deadline(in_time, WEEK).due_at == nov(27, 18)
    assert deadline(late, WEEK).due_at == nov(30, 18)


def test_hours_extended_by_days_end_at_closing_time() -> None:
    facts = ClockFacts(limit=Limit(hours=24), started_at=nov(19, 8), extensions=(Extension(nov(19, 9), Limit(days=2)),))
    assert deadline(facts, WEEK).due_at == nov(24, 18)


@pytest.mark.parametrize(
    ("limit", "warned"),
    [
        (Limit(days=7), nov(24, 11, 15)),  # 5.25 of 7 days of nine hours
        (Limit(days=1), nov(17, 15, 45)),
        (Limit(days=4), nov(20, 9)),
        (Limit(hours=2), nov(16, 11, 30)),
        (Limit(hours=24), nov(17, 4)),
    ],
)
def test_warning_when_three_quarters_are_used(limit: Limit, warned: datetime) -> None:
    assert deadline(ClockFacts(limit=limit, started_at=nov(16)), WEEK).warn_at == warned


def test_levels_follow_after_a_working_day_each() -> None:
    facts = ClockFacts(limit=SEVEN, started_at=nov(16))
    due = nov(27, 18)
    assert [escalation_at(due, level, facts, WEEK) for level in (1, 2, 3)] == [
        due,
        nov(30, 18),
        nov(30, 18) + timedelta(days=1),
    ]


def test_levels_of_an_emergency_follow_after_its_own_length() -> None:
    facts = ClockFacts(limit=Limit(hours=2), started_at=nov(21, 8))
    assert [escalation_at(nov(21, 10), level, facts, WEEK).hour for level in (1, 2, 3)] == [10, 12, 14]


def test_workdays_left_count_closing_times() -> None:
    assert workdays_left(nov(20, 10), nov(27, 18), WEEK) == 6
    assert workdays_left(nov(20, 18), nov(27, 18), WEEK) == 5
    assert workdays_left(nov(21), nov(27, 18), WEEK) == 5
    assert workdays_left(nov(27, 19), nov(27, 18), WEEK) == 0


@pytest.mark.parametrize("code", ["", "h", "0d", "7", "7w", "-1d", "7d7h", "99999d"])
def test_only_hours_or_days_are_a_limit(code: str) -> None:
    with pytest.raises(ValueError, match="limit"):
        Limit.parse(code)


def test_a_limit_is_never_both_and_never_nothing() -> None:
    for hours, days in [(0, 0), (1, 1), (-1, 0), (0, -1)]:
        with pytest.raises(ValueError, match="limit"):
            Limit(hours=hours, days=days)
    assert str(Limit.parse("15d")) == "15d"
    assert Limit.parse("2h") == Limit(hours=2)


def test_a_calendar_without_working_days_is_refused_instead_of_counted_for_ever() -> None:
    class NeverCalendar(WeekCalendar):
        def is_workday(self, day: date) -> bool:
            return False

    with pytest.raises(CalendarExhausted):
        deadline(ClockFacts(limit=SEVEN, started_at=nov(16)), NeverCalendar())


@pytest.mark.parametrize(
    ("started", "limit", "due"),
    [
        (nov(16, 10), Limit(work_hours=2), nov(16, 12)),
        (nov(16, 17), Limit(work_hours=2), nov(17, 10)),  # one hour today, one tomorrow
        (nov(20, 17, 30), Limit(work_hours=4), nov(23, 12, 30)),  # over the weekend
        (nov(21, 11), Limit(work_hours=1), nov(23, 10)),  # on a Saturday
        (nov(16, 6), Limit(work_hours=9), nov(16, 18)),  # before anybody is there: the whole day
    ],
)
def test_working_hours_run_while_people_are_at_work(started: datetime, limit: Limit, due: datetime) -> None:
    assert deadline(ClockFacts(limit=limit, started_at=started), WEEK).due_at == due


def test_working_hours_that_stand_still_are_added_back_exactly() -> None:
    pause = Standstill(nov(16, 11), nov(16, 13))
    over_night = Standstill(nov(16, 17), nov(17, 10))
    limit = Limit(work_hours=8)
    assert deadline(ClockFacts(limit=limit, started_at=nov(16), standstills=(pause,)), WEEK).due_at == nov(17, 11)
    due = deadline(ClockFacts(limit=limit, started_at=nov(16), standstills=(pause, over_night)), WEEK).due_at
    assert due == nov(17, 13)


def test_working_hours_warn_escalate_restart_and_extend_in_their_own_unit() -> None:
    limit = Limit(work_hours=4)
    facts = ClockFacts(limit=limit, started_at=nov(16, 16))
    found = deadline(facts, WEEK)
    assert (found.warn_at, found.due_at) == (nov(17, 10), nov(17, 11))
    assert escalation_at(found.due_at, 2, facts, WEEK) == nov(17, 15)
    late = nov(18, 9)
    reopened = ClockFacts(
        limit=limit, started_at=nov(16), standstills=(Standstill(nov(16, 12), late),), restarts=(late,)
    )
    assert deadline(reopened, WEEK).due_at == nov(18, 11)
    grant = Extension(nov(16, 17), limit)
    longer = ClockFacts(limit=limit, started_at=nov(16, 16), extensions=(grant,))
    assert deadline(longer, WEEK).due_at == nov(17, 15)
    assert str(Limit.parse("4wh")) == "4wh"
