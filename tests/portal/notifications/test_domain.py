"""When a person may be disturbed, and when gathered notices go out."""

from datetime import datetime, time

import pytest

from portal.notifications.domain import SHANGHAI, Rhythm, end_of_quiet, next_digest


def moment(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "starts", "ends", "expected"),
    [
        ("2026-11-19 20:59", "21:00", "08:00", "2026-11-19 20:59"),
        ("2026-11-19 21:00", "21:00", "08:00", "2026-11-20 08:00"),
        ("2026-11-20 03:00", "21:00", "08:00", "2026-11-20 08:00"),
        ("2026-11-20 08:00", "21:00", "08:00", "2026-11-20 08:00"),
        ("2026-11-20 12:30", "12:00", "14:00", "2026-11-20 14:00"),
        ("2026-11-20 14:00", "12:00", "14:00", "2026-11-20 14:00"),
        ("2026-12-31 23:00", "21:00", "08:00", "2027-01-01 08:00"),
        ("2026-11-20 03:00", "08:00", "08:00", "2026-11-20 03:00"),
    ],
)
def test_quiet_hours_end_when_they_should(now: str, starts: str, ends: str, expected: str) -> None:
    assert end_of_quiet(moment(now), time.fromisoformat(starts), time.fromisoformat(ends)) == moment(expected)


@pytest.mark.parametrize(
    ("now", "rhythm", "expected"),
    [
        ("2026-11-19 17:59", Rhythm.DAILY, "2026-11-19 18:00"),
        ("2026-11-19 18:00", Rhythm.DAILY, "2026-11-20 18:00"),
        ("2026-11-19 12:00", Rhythm.WEEKLY, "2026-11-20 18:00"),
        ("2026-11-20 17:00", Rhythm.WEEKLY, "2026-11-20 18:00"),
        ("2026-11-20 18:30", Rhythm.WEEKLY, "2026-11-27 18:00"),
        ("2026-11-21 09:00", Rhythm.WEEKLY, "2026-11-27 18:00"),
    ],
)
def test_digests_are_due_at_six_daily_or_on_fridays(now: str, rhythm: Rhythm, expected: str) -> None:
    assert next_digest(moment(now), rhythm) == moment(expected)
