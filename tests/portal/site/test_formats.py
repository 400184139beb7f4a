"""Moments and days in the words of each language, seen from Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from portal.formats import ago_words, day_words, soon_words, when_words

# 15:00 on a Saturday in Shanghai.
MOMENT = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", "11月21日（周六）15:00"),
        ("zh-hant", "11月21日（週六）15:00"),
        ("en", "Sat 21 Nov, 15:00"),
    ],
)
def test_a_moment_is_written_in_the_readers_language(language: str, words: str) -> None:
    with translation.override(language):
        assert when_words(MOMENT, today=TODAY) == words


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "2025年1月3日（周五）"), ("en", "Fri 3 Jan 2025")])
def test_another_year_is_named(language: str, words: str) -> None:
    with translation.override(language):
        assert day_words(date(2025, 1, 3), today=TODAY) == words


def test_the_day_is_the_one_in_shanghai() -> None:
    just_after_midnight_there = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)
    assert when_words(just_after_midnight_there, today=TODAY) == "11月22日（周日）00:05"


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "今天 15:00"), (1, "明天 15:00"), (-1, "昨天 15:00"), (2, "11月23日（周一）15:00")],
)
def test_a_day_near_by_has_a_name(days: int, words: str) -> None:
    assert soon_words(MOMENT + timedelta(days=days), now=MOMENT) == words


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=59), "刚刚"),
        (timedelta(minutes=5), "5 分钟前"),
        (timedelta(hours=3, minutes=59), "3 小时前"),
        (timedelta(hours=25), "昨天 15:00"),
    ],
)
def test_how_long_ago(passed: timedelta, words: str) -> None:
    assert ago_words(MOMENT, now=MOMENT + passed) == words
