"""Clocks, calendars and moments for tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

import factory
from factory.django import DjangoModelFactory

from portal.accounts.models import User
from portal.deadlines.domain import TIME_ZONE


class SubjectFactory(DjangoModelFactory[User]):
    """Something that clocks can run on; an account is the simplest thing at hand."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"subject-{n}")


@dataclass(frozen=True)
class WeekCalendar:
    """Monday to Friday, nine to six, with exceptions."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)
    opens: time = time(9)
    closes: time = time(18)

    def is_workday(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < 5)


def nov(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment in November 2026 in Shanghai: the 16th and the 23rd are Mondays, and the month has no holidays."""
    return datetime(2026, 11, day, hour, minute, tzinfo=TIME_ZONE)
