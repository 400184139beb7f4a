"""A notice reads in its reader's language to the last word, dates and names of roles included."""

from datetime import date, datetime

import pytest
from django.utils.translation import gettext_lazy, override

from portal.deadlines.domain import TIME_ZONE
from portal.notifications.wording import Given, Value, kept, worded

FRIDAY = datetime(2025, 11, 21, 15, 0, tzinfo=TIME_ZONE)


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (FRIDAY, "2025年11月21日（周五）15:00", "Fri 21 Nov 2025, 15:00"),
        (date(2025, 11, 21), "2025年11月21日（周五）", "Fri 21 Nov 2025"),
        (gettext_lazy("网格员"), "网格员", "Grid member"),
        ("typed by a person", "typed by a person", "typed by a person"),
    ],
)
def test_it_is_stored_once_and_read_in_any_language(value: Value, chinese: str, english: str) -> None:
    with override("en"):
        stored = kept(value)

    with override("zh-hans"):
        assert worded(stored) == chinese
    with override("en"):
        assert worded(stored).lower() == english.lower()


def test_a_name_that_was_not_given_stays_empty() -> None:
    assert "{due}.{who}".format_map(Given({"who": "李师傅"})) == ".李师傅"
