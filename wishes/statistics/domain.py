"""What is counted of micro-wishes and how rates are reckoned (docs/domain.md §2, "Appraisal"; docs/statistics.md).

A wish counts in the month in which it was submitted (Asia/Shanghai), in the grid, community, street and district of
its place, in its category, and for whoever answers for it. Nothing counted depends on the moment of looking: a number
changes only when a wish does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext_lazy as _

from grids.territory.domain import STEP, Level
from wishes.wishes.domain import End

# The levels that are counted; a wish of a building counts for its grid.
LEVELS = (Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID)
WIDEST, NARROWEST = LEVELS[0] * STEP, LEVELS[-1] * STEP

# In how many hours somebody has to answer; what is asked for at once cannot wait a day. No setting of a place: rates
# of two communities are compared, and a setting changed today must not change last year's numbers.
ANSWER_HOURS, ANSWER_HOURS_IMMEDIATE = 24, 2
# A rating satisfies when its three marks reach this together (four stars on average); one low mark asks for a call.
SATISFIED_FROM, LOW_MARK = 12, 2

# Each end apart: never merged into one rate.
END_MEASURES: Mapping[End, str] = {end: f"ended_{end.value}" for end in End}
MEASURES: Mapping[str, Any] = {
    "submitted": _("收到"),
    "answered_in_time": _("按时答复"),
    "answered_late": _("答复晚了"),
    "unanswered": _("还没答复"),
    **{name: end.label for end, name in END_MEASURES.items()},
    "awaiting": _("等居民确认"),
    "in_time": _("按时办结"),
    "late": _("超时办结"),
    "reopened": _("重新办理过"),
    "satisfied": _("满意"),
    "unsatisfied": _("不满意"),
    "unrated": _("没有评价"),
    "low": _("有低分"),
    "speed": _("速度合计"),
    "attitude": _("态度合计"),
    "result": _("结果合计"),
}
# Sums of stars, not numbers of wishes.
MARKS = ("speed", "attitude", "result")
COUNTED = tuple(name for name in MEASURES if name not in MARKS)


@dataclass(frozen=True)
class Rate:
    """A part of a whole, as people read it: 94.1 %."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """Per cent to one place; None where there is nothing to reckon with."""
        return round(100 * self.part / self.whole, 1) if self.whole else None

    @property
    def words(self) -> str:
        """94.1%, or a dash."""
        return "–" if self.percent is None else f"{self.percent:g}%"


@dataclass(frozen=True)
class Tally:
    """The counts of one group of wishes and the rates that follow from them."""

    counts: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        if name not in MEASURES:
            raise KeyError(name)
        return self.counts.get(name) or 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally({name: self[name] + other[name] for name in MEASURES})

    @property
    def submitted(self) -> int:
        return self["submitted"]

    @property
    def ends(self) -> dict[End, int]:
        """How many ended in which way."""
        return {end: self[name] for end, name in END_MEASURES.items()}

    @property
    def closed(self) -> int:
        """All that have ended, whatever the end."""
        return sum(self.ends.values())

    @property
    def open(self) -> int:
        """All that have not ended, those that wait for the resident's word included."""
        return self.submitted - self.closed

    @property
    def rated(self) -> int:
        return self["satisfied"] + self["unsatisfied"]

    @property
    def response(self) -> Rate:
        """响应率: answered within the limit, of all but those withdrawn before anybody answered."""
        return Rate(self["answered_in_time"], self["answered_in_time"] + self["answered_late"] + self["unanswered"])

    @property
    def resolution(self) -> Rate:
        """解决率: fulfilled, of all that ended. Every end stays in the whole: none can be chosen to look better."""
        return Rate(self["ended_fulfilled"], self.closed)

    @property
    def satisfaction(self) -> Rate:
        """满意率: satisfied, of those rated. Missing ratings are told apart and are neither."""
        return Rate(self["satisfied"], self.rated)

    @property
    def timeliness(self) -> Rate:
        """按时率: ended within the limit, of all that ended other than by withdrawal."""
        return Rate(self["in_time"], self["in_time"] + self["late"])

    @property
    def stars(self) -> float | None:
        """Stars on average over the three marks, to one place; None while nobody has rated."""
        return round(sum(self[mark] for mark in MARKS) / (3 * self.rated), 1) if self.rated else None

    @classmethod
    def of(cls, row: Mapping[str, int | None]) -> "Tally":
        """From a row of sums in which nothing is None."""
        return cls({name: row.get(name) or 0 for name in MEASURES})


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    found = Tally()
    for tally in tallies:
        found += tally
    return found


def level_paths(path: str) -> list[str]:
    """The places a wish of this place counts in: its grid, community, street and district, as far as it has them."""
    return [path[:end] for end in range(WIDEST, min(len(path), NARROWEST) + 1, STEP)]


def month_of(day: date) -> date:
    """The first of the day's month."""
    return day.replace(day=1)


def months_back(month: date, count: int) -> date:
    """The first of the month that lies `count` months before (or, where negative, after)."""
    number = month.year * 12 + month.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """Every first of a month from the first to the last, both included."""
    span = (last.year - first.year) * 12 + last.month - first.month
    return [months_back(first, -step) for step in range(span + 1)]


def week_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def week_bounds(monday: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """From when to when (excluded) a week lasts in the portal's time zone."""
    start = datetime.combine(monday, time(), tzinfo=zone)
    end = datetime.combine(monday + timedelta(days=7), time(), tzinfo=zone)
    return start, end
