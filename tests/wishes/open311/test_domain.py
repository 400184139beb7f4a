"""Dates, spans, texts and attributes as the specification writes them."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wishes.open311.domain import (
    LONGEST_SPAN,
    LONGEST_TITLE,
    attributes_of,
    parse_moment,
    span_of,
    split_description,
    status_notes,
    status_of,
)

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1994-11-05T08:15:30-05:00", datetime(1994, 11, 5, 13, 15, 30, tzinfo=UTC)),
        ("1994-11-05T13:15:30Z", datetime(1994, 11, 5, 13, 15, 30, tzinfo=UTC)),
        ("2010-05-24T00:00:00 08:00", datetime(2010, 5, 23, 16, 0, tzinfo=UTC)),  # a plus that was not escaped
        ("2010-05-24T10:30Z", datetime(2010, 5, 24, 10, 30, tzinfo=UTC)),
        ("2010-05-24T10:30:00.45Z", datetime(2010, 5, 24, 10, 30, 0, 450000, tzinfo=UTC)),
        ("2010-05-24", datetime(2010, 5, 24, tzinfo=UTC)),
        ("2010", datetime(2010, 1, 1, tzinfo=UTC)),
    ],
)
def test_w3c_dates_are_read(text: str, moment: datetime) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "05/24/2010",
        "2010-13-01",
        "2010-05-24T00:00:00",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "2010-05-24T00:00:00+99:00",
        "２０１０-05-24",
        "2010-05-24T00:00:00Z\x00",
    ],
)
def test_other_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_moment(text)


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_a_refusal(text: str) -> None:
    with suppress(ValueError):
        assert parse_moment(text).tzinfo is UTC


def test_the_span_is_the_last_90_days_unless_told() -> None:
    assert span_of(None, None, now=NOW).start == NOW - LONGEST_SPAN
    assert span_of(NOW - timedelta(days=200), None, now=NOW).end == NOW - timedelta(days=110)
    assert span_of(None, NOW - timedelta(days=10), now=NOW).start == NOW - timedelta(days=100)


@pytest.mark.parametrize("days", [91, -1])
def test_a_longer_span_or_one_backwards_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="90 days"):
        span_of(NOW - timedelta(days=days), NOW, now=NOW)


def test_a_description_becomes_title_and_details() -> None:
    assert split_description("灯不亮", otherwise="路灯") == ("灯不亮", "")
    assert split_description("", otherwise="路灯") == ("路灯", "")
    title, details = split_description("灯不亮，" * 40, otherwise="路灯")
    assert len(title) == LONGEST_TITLE
    assert title.endswith("…")
    assert details == "灯不亮，" * 40
    assert split_description("灯不亮\n三号楼前", otherwise="") == ("灯不亮", "灯不亮\n三号楼前")


def test_attributes_come_with_one_value_or_several() -> None:
    fields = [
        ("attribute[WHISPAWN]", ["123456"]),
        ("attribute[code1][]", ["value1", "value2", "value3"]),
        ("attribute[]", ["x"]),
        ("attribute[a]b", ["x"]),
    ]

    assert attributes_of(fields) == {"WHISPAWN": ["123456"], "code1": ["value1", "value2", "value3"]}


def test_a_wish_is_closed_when_it_has_its_end() -> None:
    assert [status_of(state) for state in ("submitted", "published", "claimed", "fulfilled", "closed")] == [
        "open",
        "open",
        "open",
        "open",
        "closed",
    ]
    assert status_notes("closed", "not_ours", end_reason="归水务管", referred_to="区水务局") == (
        "已转请别处办理：区水务局：归水务管"
    )
