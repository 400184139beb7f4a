"""The arithmetic of deadlines, by properties that hold for every clock and every calendar."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.deadlines.domain import (
    ClockFacts,
    Extension,
    Limit,
    Standstill,
    at_time,
    counted_days,
    deadline,
    escalation_at,
    local_day,
)
from tests.portal.deadlines.factories import WeekCalendar, nov

START = nov(2, 0)
minutes = st.integers(0, 60 * 24 * 30)
limits = st.one_of(st.builds(Limit, hours=st.integers(1, 96)), st.builds(Limit, days=st.integers(1, 20)))
calendars = st.builds(
    WeekCalendar,
    st.dictionaries(st.dates(date(2026, 11, 1), date(2027, 1, 31)), st.booleans(), max_size=12),
)


def moment(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


@st.composite
def lives(draw: st.DrawFn) -> ClockFacts:
    """A clock that was paused, stopped and reopened, and extended, in some order."""
    limit = draw(limits)
    marks = sorted(draw(st.lists(minutes, min_size=1, max_size=9, unique=True)))
    spans = [Standstill(moment(a), moment(b)) for a, b in list(pairwise(marks[1:]))[::2]]
    stops = [span for span in spans if draw(st.booleans())]
    unit = st.builds(Limit, days=st.integers(1, 5)) if limit.days else st.builds(Limit, hours=st.integers(1, 48))
    grants = draw(st.lists(st.builds(Extension, st.integers(marks[0], 60 * 24 * 30).map(moment), unit), max_size=3))
    return ClockFacts(
        limit=limit,
        started_at=moment(marks[0]),
        standstills=tuple(spans),
        restarts=tuple(span.end for span in stops if span.end is not None),
        extensions=tuple(grants),
    )


def time_left(now: datetime, facts: ClockFacts, calendar: WeekCalendar) -> timedelta:
    """What remains for work at `now`: hours for limits in hours, working hours of counted days for limits in days.

    The rest of the day on which counting began is a courtesy and no part of the allowance.
    """
    due = deadline(facts, calendar).due_at
    if facts.limit.hours:
        return max(due - now, timedelta())
    began = {local_day(at) for at in (facts.started_at, *facts.restarts, *(grant.at for grant in facts.extensions))}
    left, day = timedelta(), local_day(now) - timedelta(days=local_day(now) not in began)
    for counted in counted_days(day, facts, calendar):
        opens, closes = at_time(counted, calendar.opens), at_time(counted, calendar.closes)
        if opens >= due:
            return left
        left += max(min(closes, due) - max(opens, now), timedelta())
    return left


@given(lives(), calendars, minutes, st.integers(1, 60 * 24 * 10))
@settings(max_examples=150)
def test_a_pause_never_shortens_the_time_left(
    facts: ClockFacts, calendar: WeekCalendar, start: int, length: int
) -> None:
    last = max([facts.started_at, *(s.end for s in facts.standstills if s.end), *(e.at for e in facts.extensions)])
    paused_at = last + timedelta(minutes=start)
    resumed_at = paused_at + timedelta(minutes=length)
    paused = replace(facts, standstills=(*facts.standstills, Standstill(paused_at, resumed_at)))
    if deadline(facts, calendar).due_at <= paused_at:
        assert deadline(paused, calendar).due_at == deadline(facts, calendar).due_at
        return
    before, after = time_left(paused_at, facts, calendar), time_left(resumed_at, paused, calendar)
    assert after >= before
    assert deadline(paused, calendar).due_at >= deadline(facts, calendar).due_at


@given(lives(), calendars, st.integers(1, 10))
@settings(max_examples=150)
def test_a_longer_limit_is_never_due_earlier(facts: ClockFacts, calendar: WeekCalendar, more: int) -> None:
    limit = facts.limit
    longer = Limit(hours=limit.hours + more) if limit.hours else Limit(days=limit.days + more)
    assert deadline(replace(facts, limit=longer), calendar).due_at >= deadline(facts, calendar).due_at


@given(lives(), calendars)
@settings(max_examples=150)
def test_the_warning_comes_before_the_due_time_and_levels_climb(facts: ClockFacts, calendar: WeekCalendar) -> None:
    found = deadline(facts, calendar)
    assert found.warn_at < found.due_at
    levels = [escalation_at(found.due_at, level, facts, calendar) for level in (1, 2, 3)]
    assert levels == sorted(set(levels))


@given(lives(), calendars)
@settings(max_examples=100)
def test_a_clock_in_days_ends_at_closing_time_of_a_working_day(facts: ClockFacts, calendar: WeekCalendar) -> None:
    if facts.limit.days:
        due = deadline(facts, calendar).due_at
        assert due == at_time(local_day(due), calendar.closes)
        assert calendar.is_workday(local_day(due))


@given(lives(), calendars, minutes)
@settings(max_examples=100)
def test_a_stop_and_start_in_one_moment_changes_nothing_but_the_least_that_remains(
    facts: ClockFacts, calendar: WeekCalendar, later: int
) -> None:
    last = max([facts.started_at, *(s.end for s in facts.standstills if s.end), *(e.at for e in facts.extensions)])
    at = last + timedelta(minutes=later)
    once = replace(facts, standstills=(*facts.standstills, Standstill(at, at)), restarts=(*facts.restarts, at))
    twice = replace(once, standstills=(*once.standstills, Standstill(at, at)), restarts=(*once.restarts, at))
    assert deadline(once, calendar) == deadline(twice, calendar)
    assert deadline(once, calendar).due_at >= deadline(facts, calendar).due_at
