"""A clock in words."""

from datetime import timedelta

import pytest
from django.utils import translation

from portal.deadlines.domain import Limit
from portal.deadlines.models import Clock
from portal.deadlines.registry import register_clock_kind
from portal.deadlines.services import (
    extend_clock,
    pause_clock,
    restart_clock,
    resume_clock,
    start_clock,
    stop_clock,
)
from portal.deadlines.sweeping import sweep_clocks
from portal.deadlines.words import Level, explain, remaining_words, span_words, urgency_of
from tests.portal.deadlines.factories import SubjectFactory, nov

pytestmark = pytest.mark.django_db
SEVEN = Limit(days=7)
register_clock_kind("test.words", label="办结时限")


@pytest.fixture
def clock() -> Clock:
    return start_clock(subject=SubjectFactory(), kind="test.words", limit=SEVEN, at=nov(20, 8, 12))


def test_what_remains_in_words(clock: Clock) -> None:
    """Due on Tuesday 1 December at 18:00."""
    assert remaining_words(clock, nov(25, 18)) == "还有 4 个工作日"
    assert remaining_words(clock, nov(30, 18, 30)) == "还有 1 个工作日"
    assert remaining_words(clock, nov(30, 0) + timedelta(hours=39, minutes=20)) == "还有 2 小时 40 分"
    assert remaining_words(clock, nov(30, 20) + timedelta(days=2)) == "超时 1 天 2 小时"


def test_an_emergency_is_told_in_hours_across_midnight() -> None:
    clock = start_clock(subject=SubjectFactory(), kind="test.words", limit=Limit(hours=2), at=nov(21, 23))
    assert remaining_words(clock, nov(21, 23, 30)) == "还有 1 小时 30 分"


def test_the_whole_life_in_sentences(clock: Clock) -> None:
    pause_clock(clock=clock, reason="等居民约时间", at=nov(23, 11))
    assert remaining_words(clock, nov(23, 12)) == "暂停中：等居民约时间"
    resume_clock(clock=clock, at=nov(24, 9, 30))
    extend_clock(clock=clock, by=Limit(days=1), reason="缺零件", actor=None, at=nov(25, 10))
    stop_clock(clock=clock, at=nov(26, 15))
    assert remaining_words(clock, nov(27)) == "按时办结"
    restart_clock(clock=clock, at=nov(27, 19))
    with translation.override("zh-hans"):
        assert explain(clock, nov(28)) == [
            "11月20日（周五）08:12开始计时（办结时限），限 7 个工作日",
            "11月23日（周一）11:00起暂停：等居民约时间",
            "11月24日（周二）09:30继续计时",
            "11月25日（周三）10:00延长 1 个工作日：缺零件",
            "11月26日（周四）15:00已答复，停止计时",
            "11月27日（周五）19:00重新办理，接着计时",
            "12月8日（周二）18:00到期，还有 7 个工作日",
        ]


def test_a_late_clock_says_who_was_told(clock: Clock) -> None:
    sweep_clocks(now=nov(30) + timedelta(days=2, hours=10))
    clock.refresh_from_db()
    assert explain(clock, nov(30) + timedelta(days=2, hours=10))[-1] == "已升级到社区"


def test_a_due_time_in_a_year_without_published_holidays_is_called_preliminary() -> None:
    clock = start_clock(subject=SubjectFactory(), kind="test.words", limit=Limit(days=30), at=nov(25))
    assert "2027 年的放假安排还没有录" in explain(clock, nov(26))[-1]


def test_urgency_for_lists(clock: Clock) -> None:
    """The level names the colour, and a word always stands beside it."""
    december = nov(30) + timedelta(days=1)
    assert urgency_of(clock, nov(21)).level == Level.LATER
    assert urgency_of(clock, nov(30)).level == Level.SOON
    today = urgency_of(clock, december)
    assert (today.level, today.due, today.words) == (Level.TODAY, "今天 18:00", "还有 8 小时")
    assert urgency_of(clock, december + timedelta(hours=9)).level == Level.LATE
    assert urgency_of(clock.due_at, december).words == "还有 8 小时"
    assert urgency_of(None, december).level == Level.PAUSED
    pause_clock(clock=clock, reason="等居民约时间", at=nov(23))
    assert urgency_of(clock, nov(24)).words == "暂停中：等居民约时间"
    stop_clock(clock=clock, at=nov(24))
    assert urgency_of(clock, nov(25)).level == Level.DONE


def test_spans_are_two_units_long_and_never_nothing() -> None:
    assert span_words(timedelta(days=1, hours=2, minutes=5)) == "1 天 2 小时"
    assert span_words(timedelta(hours=3)) == "3 小时"
    assert span_words(timedelta(days=2, minutes=5)) == "2 天"
    assert span_words(timedelta(seconds=5)) == "1 分"
