"""The working-day calendar (工作日历): the State Council's holidays and make-up workdays 调休, and local exceptions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from typing import Protocol

import chinese_calendar
from chinese_calendar.constants import holidays
from django.conf import settings

from portal.deadlines.models import CalendarOverride
from portal.deadlines.statutory import is_workday_by_law

LAST_KNOWN_YEAR: int = max(holidays).year
FIRST_KNOWN_YEAR: int = min(holidays).year


class Territories(Protocol):
    """What clocks have to know of the division tree, told by the wing that owns it."""

    def lineages(self, territory_ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """Each territory's id and the ids of everything above it, nearest first."""

    def name(self, territory_id: int) -> str:
        """What people call it."""

    def id_of(self, code: str) -> int | None:
        """The id of the territory with this official code; None where there is none."""


_territories: list[Territories] = []
# For which territory (None: everywhere), on which day, and whether people work then.
Exceptions = Sequence[tuple[int | None, date, bool]]


@dataclass(frozen=True, slots=True)
class ChinaCalendar:
    """Working days of China with exceptions laid over them, and the working hours of a day."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)
    opens: time = time(9)
    closes: time = time(18)

    def __hash__(self) -> int:
        return hash((frozenset(self.exceptions.items()), self.opens, self.closes))

    def is_workday(self, day: date) -> bool:
        """Whether people work that day. A year whose arrangement is neither published nor entered counts by the law."""
        exception = self.exceptions.get(day)
        if exception is not None:
            return exception
        if not is_published(day):
            return is_workday_by_law(day)
        return _is_published_workday(day)


def is_published(day: date) -> bool:
    """Whether the holidays of that year are known. The State Council publishes a year's in November before it."""
    return FIRST_KNOWN_YEAR <= day.year <= LAST_KNOWN_YEAR


@lru_cache(maxsize=4_000)
def _is_published_workday(day: date) -> bool:
    """What the State Council has published of that day. Lists ask for the same few days again and again."""
    return bool(chinese_calendar.is_workday(day))


def register_territories(territories: Territories) -> None:
    """Give what answers for the division tree. Clocks know territories by number only and stand below that wing."""
    _territories[:] = [territories]


def territories() -> Territories | None:
    """What answers for the division tree, where a wing has registered it."""
    return _territories[0] if _territories else None


def calendar_for(territory_id: int | None) -> ChinaCalendar:
    """The calendar of a territory: exceptions set for everywhere, for what lies above it, and for itself.

    The nearer one wins.
    """
    return calendars_for([territory_id])[territory_id]


def exceptions() -> Exceptions:
    """All exceptions laid over the working days; they are few."""
    return list(CalendarOverride.objects.order_by().values_list("territory_id", "date", "is_workday"))


def calendars_for(
    territory_ids: Iterable[int | None], rows: Exceptions | None = None
) -> dict[int | None, ChinaCalendar]:
    """The calendars of several territories, in no more queries than that of one; `rows` are all exceptions, if known.

    Where they lie is asked only when one of them holds for a part of the country.
    """
    wanted = list(dict.fromkeys(territory_ids))
    rows = exceptions() if rows is None else rows
    known, tree = [each for each in wanted if each is not None], territories()
    lineages: Mapping[int, Sequence[int]] = {each: [each] for each in known}
    if known and tree and any(place is not None for place, _day, _worked in rows):
        lineages = tree.lineages(known)
    opens, closes = (time.fromisoformat(hour) for hour in settings.WORKING_HOURS)
    found: dict[int | None, ChinaCalendar] = {}
    for each in wanted:
        nearest_first = [*(lineages[each] if each is not None else ()), None]
        rank = {place: -near for near, place in enumerate(nearest_first)}
        own = sorted((row for row in rows if row[0] in rank), key=lambda row: rank[row[0]])
        found[each] = ChinaCalendar({day: worked for _place, day, worked in own}, opens, closes)
    return found
