"""Clocks in the database: what each service does, twice, out of order and in words."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from portal.deadlines import calendar, recomputing
from portal.deadlines.calendar import calendar_for, register_territories
from portal.deadlines.domain import Limit, deadline
from portal.deadlines.models import CalendarChange, Clock
from portal.deadlines.recomputing import change_override, recompute_clocks, set_override
from portal.deadlines.services import (
    ClockNotLive,
    ExtensionUnfit,
    TimeRunsBackwards,
    clock_of,
    extend_clock,
    pause_clock,
    restart_clock,
    resume_clock,
    start_clock,
    stop_clock,
)
from portal.deadlines.sweeping import sweep_clocks
from portal.outbox.models import Event
from tests.portal.deadlines.factories import SubjectFactory, nov

pytestmark = pytest.mark.django_db
SEVEN = Limit(days=7)


@pytest.fixture
def clock() -> Clock:
    return start_clock(subject=SubjectFactory(), kind="test.any", limit=SEVEN, at=nov(16))


class ThreeLevels:
    """Territory 30 is a grid of community 20 in street 10; 40 stands alone."""

    def lineages(self, territory_ids: Sequence[int]) -> dict[int, list[int]]:
        return {each: {30: [30, 20, 10], 40: [40]}[each] for each in territory_ids}

    def name(self, territory_id: int) -> str:
        return f"territory {territory_id}"

    def id_of(self, code: str) -> int | None:
        return int(code) if code in {"10", "20", "30", "40"} else None


@pytest.fixture
def _streets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "_territories", [])
    register_territories(ThreeLevels())


def levels(clock: Clock) -> list[int]:
    overdue = Event.objects.filter(subject_id=clock.subject_id, type="deadlines.clock.overdue").order_by("id")
    return [event.payload["level"] for event in overdue]


def test_starting_again_gives_back_the_live_clock(clock: Clock) -> None:
    subject = clock.subject()
    assert start_clock(subject=subject, kind="test.any", limit=Limit(days=15), at=nov(18)) == clock
    assert Clock.objects.get().limit == SEVEN
    stop_clock(clock=clock, at=nov(18))
    again = start_clock(subject=subject, kind="test.any", limit=SEVEN, at=nov(19))
    assert again != clock
    assert clock_of(subject, "test.any") == again


def test_the_database_refuses_a_second_live_clock_of_a_kind(clock: Clock) -> None:
    clock.pk = None
    with pytest.raises(IntegrityError, match="clock_one_live_per_kind"), transaction.atomic():
        clock.save(force_insert=True)


def test_pause_and_resume_twice_are_once(clock: Clock) -> None:
    pause_clock(clock=clock, reason="等居民约时间", at=nov(17, 10))
    pause_clock(clock=clock, reason="别的原因", at=nov(17, 11))
    assert (clock.state, clock.due_at, clock.paused_reason) == ("paused", None, "等居民约时间")
    resume_clock(clock=clock, at=nov(18, 9, 30))
    resume_clock(clock=clock, at=nov(19, 9, 30))
    assert clock.due_at == nov(27, 18)
    assert clock.pauses.count() == 1


def test_stop_and_restart_twice_are_once(clock: Clock) -> None:
    stop_clock(clock=clock, at=nov(17, 10))
    stop_clock(clock=clock, at=nov(20, 10))
    assert clock.stopped_at == nov(17, 10)
    restart_clock(clock=clock, at=nov(18, 19))
    restart_clock(clock=clock, at=nov(23, 19))
    assert clock.due_at == nov(27, 18)
    assert clock.pauses.count() == 1


def test_a_stop_during_a_pause_knows_whether_it_was_in_time(clock: Clock) -> None:
    pause_clock(clock=clock, reason="等居民约时间", at=nov(17, 10))
    stop_clock(clock=clock, at=nov(20, 10))
    assert clock.was_on_time is True
    assert clock.paused_reason == ""


def test_a_stopped_clock_takes_neither_pause_nor_extension(clock: Clock) -> None:
    stop_clock(clock=clock, at=nov(17))
    with pytest.raises(ClockNotLive):
        pause_clock(clock=clock, reason="等居民约时间", at=nov(18))
    with pytest.raises(ClockNotLive):
        extend_clock(clock=clock, by=SEVEN, reason="缺零件", actor=None, at=nov(18))


def test_time_does_not_run_backwards(clock: Clock) -> None:
    with pytest.raises(TimeRunsBackwards):
        pause_clock(clock=clock, reason="等居民约时间", at=nov(15))
    pause_clock(clock=clock, reason="等居民约时间", at=nov(17))
    with pytest.raises(TimeRunsBackwards):
        resume_clock(clock=clock, at=nov(16, 12))
    resume_clock(clock=clock, at=nov(18))
    with pytest.raises(TimeRunsBackwards):
        stop_clock(clock=clock, at=nov(17, 12))


def test_extension_needs_a_reason_and_its_own_unit(clock: Clock) -> None:
    with pytest.raises(ExtensionUnfit) as error:
        extend_clock(clock=clock, by=SEVEN, reason="  ", actor=None, at=nov(17))
    assert error.value.field == "reason"
    with pytest.raises(ExtensionUnfit):
        extend_clock(clock=clock, by=Limit(hours=5), reason="缺零件", actor=None, at=nov(17))
    extend_clock(clock=clock, by=Limit(days=3), reason="缺零件", actor=None, at=nov(17))
    assert clock.due_at == nov(30, 18)


def test_an_extension_during_a_pause_counts_when_it_runs_on(clock: Clock) -> None:
    pause_clock(clock=clock, reason="等居民约时间", at=nov(17, 18))
    extend_clock(clock=clock, by=Limit(days=1), reason="缺零件", actor=None, at=nov(17, 19))
    assert clock.due_at is None
    resume_clock(clock=clock, at=nov(18, 8))
    assert clock.due_at == nov(26, 18)


def test_sweeping_warns_once_and_climbs_one_level_a_working_day(clock: Clock) -> None:
    assert sweep_clocks(now=nov(24, 11)) == 0
    assert [sweep_clocks(now=nov(24, 12)), sweep_clocks(now=nov(24, 12))] == [1, 0]
    assert sweep_clocks(now=nov(25, 17, 59)) == 0
    assert [sweep_clocks(now=nov(25, 18)), sweep_clocks(now=nov(25, 18))] == [1, 0]
    assert [sweep_clocks(now=nov(26, 17)), sweep_clocks(now=nov(26, 18))] == [0, 1]
    assert [sweep_clocks(now=nov(27, 18)), sweep_clocks(now=nov(30, 18))] == [1, 0]
    assert levels(clock) == [1, 2, 3]


def test_after_a_standstill_of_the_portal_every_level_is_told_and_no_stale_warning(clock: Clock) -> None:
    assert sweep_clocks(now=nov(30)) == 3
    assert levels(clock) == [1, 2, 3]
    assert not Event.objects.filter(type="deadlines.clock.warned").exists()


def test_more_time_ends_an_escalation_and_warns_anew(clock: Clock) -> None:
    sweep_clocks(now=nov(24, 12))
    sweep_clocks(now=nov(26, 10))
    extend_clock(clock=clock, by=Limit(days=2), reason="缺零件", actor=None, at=nov(26, 11))
    assert (clock.escalation, clock.warned_at, clock.due_at) == (0, None, nov(30, 18))
    assert sweep_clocks(now=nov(30, 18)) == 1


def test_a_late_clock_that_was_paused_climbs_on_where_it_was(clock: Clock) -> None:
    sweep_clocks(now=nov(25, 19))
    pause_clock(clock=clock, reason="等居民约时间", at=nov(26, 9))
    assert sweep_clocks(now=nov(30)) == 0
    resume_clock(clock=clock, at=nov(27, 10))
    assert (clock.due_at, clock.escalation, clock.next_escalation_at) == (nov(25, 18), 1, nov(30, 18))


def test_recalculation_equals_a_fresh_calculation_and_goes_on_where_it_was_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recomputing, "CHUNK", 2)
    clocks = [start_clock(subject=SubjectFactory(), kind="test.any", limit=SEVEN, at=nov(16, n)) for n in range(5)]
    extend_clock(clock=clocks[1], by=Limit(days=1), reason="缺零件", actor=None, at=nov(17))
    set_override(actor=None, day=date(2026, 11, 21), is_workday=True, note="补班", at=nov(18))
    assert recomputing._recompute_some(nov(18)) == 2
    assert CalendarChange.objects.get().finished_at is None
    assert recompute_clocks(now=nov(18, 11)) == 3
    change = CalendarChange.objects.get()
    assert (change.moved, change.finished_at) == (5, nov(18, 11))
    for clock in clocks:
        clock.refresh_from_db()
        assert clock.due_at == deadline(clock.facts(), calendar_for(None)).due_at
    assert {clock.due_at for clock in clocks} == {nov(24, 18), nov(25, 18)}


def test_a_holiday_declared_afterwards_takes_back_an_escalation(clock: Clock) -> None:
    sweep_clocks(now=nov(25, 19))
    set_override(actor=None, day=date(2026, 11, 23), is_workday=False, note="台风", at=nov(26, 9))
    recompute_clocks(now=nov(26, 9))
    clock.refresh_from_db()
    assert (clock.due_at, clock.escalation, clock.next_escalation_at) == (nov(26, 18), 0, nov(26, 18))


def test_an_exception_moved_to_another_day_touches_clocks_around_both(clock: Clock) -> None:
    override = set_override(actor=None, day=date(2026, 11, 20), is_workday=False, note="台风", at=nov(17))
    recompute_clocks(now=nov(17))
    change_override(actor=None, override=override, day=date(2026, 11, 27), is_workday=False, note="台风", at=nov(18))
    recompute_clocks(now=nov(18))
    clock.refresh_from_db()
    assert clock.due_at == nov(25, 18)


@pytest.mark.usefixtures("_streets")
def test_exceptions_hold_for_what_lies_below_and_the_nearest_wins() -> None:
    day = date(2026, 11, 20)
    set_override(actor=None, day=day, is_workday=False, note="街道停工", at=nov(16), territory_id=10)
    assert not calendar_for(30).is_workday(day)
    assert calendar_for(40).is_workday(day)
    assert calendar_for(None).is_workday(day)
    set_override(actor=None, day=day, is_workday=True, note="社区照常", at=nov(16), territory_id=20)
    assert calendar_for(30).is_workday(day)


@pytest.mark.usefixtures("_streets")
def test_an_exception_of_one_place_moves_no_clock_of_another() -> None:
    here = start_clock(subject=SubjectFactory(), kind="test.any", limit=SEVEN, at=nov(16), territory_id=30)
    there = start_clock(subject=SubjectFactory(), kind="test.any", limit=SEVEN, at=nov(16), territory_id=40)
    set_override(actor=None, day=date(2026, 11, 20), is_workday=False, note="街道停工", at=nov(17), territory_id=10)
    assert recompute_clocks(now=nov(17)) == 1
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.due_at, there.due_at) == (nov(26, 18), nov(25, 18))


def test_years_without_published_holidays_count_weekdays_less_what_the_law_gives_off() -> None:
    unknown = calendar.LAST_KNOWN_YEAR + 1
    days = [calendar.ChinaCalendar().is_workday(date(unknown, 1, 1) + timedelta(days=n)) for n in range(7)]
    assert sum(days) == 4
