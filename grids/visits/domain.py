"""When a household in special care is due, who hears of it when nobody goes, and the way from door to door.

The rhythm is a setting of the place by kind of care (docs/visits.md). Days are calendar days: somebody who lives alone
does so on holidays too. Where the day falls on a rest day it comes earlier, to the last working day before, so that
people are looked after before a holiday and nobody is late by it. How long a matter has been late is counted in
working days, since staff are asked on those.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, Generic, Protocol, TypeVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.pairing.domain import Care, Point, metres_between

# So many days before its last day a visit begins to be due.
SOON: Final = 2
# Who is told after how many working days: whoever looks after the household, the grid head, the community.
TOLD_AFTER: Final = (1, 3, 6)
# What was noted with no network is taken for so long; then the phone forgets it too.
LONGEST_WAY: Final = timedelta(days=7)
# A phone's clock may be wrong by so much.
CLOCK_SLACK: Final = timedelta(minutes=10)
WORDS_LONGEST: Final = 500
PHOTOS_MOST: Final = 6
# A day's way has so many doors at most; more are named by their number, and wait.
STOPS_MOST: Final = 20
DEFAULT_DAYS: Final = {
    Care.SOLITARY: 7,
    Care.ILL: 7,
    Care.DISABLED: 15,
    Care.CHILD: 15,
    Care.HARDSHIP: 30,
    Care.OTHER: 30,
}


class Kind(TextChoices):
    """How a visit went."""

    HOME = "home", _("在家，见到了")
    OUTSIDE = "outside", _("在外面见到了")
    AWAY = "away", _("没人")
    PHONE = "phone", _("打了电话")
    REFUSED = "refused", _("这次不方便")


# Only who has been seen has been visited; a call is noted, and the next visit stays due.
MET: Final = frozenset({Kind.HOME, Kind.OUTSIDE})


class Topic(TextChoices):
    """What it was about."""

    HEALTH = "health", _("身体")
    LIVING = "living", _("吃住")
    MOOD = "mood", _("心情")
    SAFETY = "safety", _("水电气安全")
    POLICY = "policy", _("政策待遇")
    NEIGHBOURS = "neighbours", _("邻里")
    NEED = "need", _("有难处")


class Standing(TextChoices):
    """Where a household in special care stands."""

    RESTED = "rested", _("还不用去")
    DUE = "due", _("该去了")
    OVERDUE = "overdue", _("过了日子")


class Workdays(Protocol):
    """What is asked of a calendar."""

    def is_workday(self, day: date) -> bool: ...


@dataclass(frozen=True, slots=True)
class Due:
    """From which day a visit is due, the last day for it, and when somebody is told next (None: all have been)."""

    due_from: date
    due_on: date
    standing: Standing
    told: int
    tell_on: date | None


def last_day(last: date, every: int, calendar: Workdays) -> date:
    """The last day for the next visit: so many days after the last one, on a working day where there is one between."""
    wanted = last + timedelta(days=every)
    day = wanted
    while day > last + timedelta(days=1) and not calendar.is_workday(day):
        day -= timedelta(days=1)
    return day if calendar.is_workday(day) else wanted


def nth_workday(after: date, count: int, calendar: Workdays) -> date:
    """The so-manieth working day after a day; a calendar without any counts all days."""
    day, left = after, count
    for _step in range(60):
        day += timedelta(days=1)
        left -= calendar.is_workday(day)
        if left == 0:
            return day
    return after + timedelta(days=count)


def due_after(last: date, every: int, today: date, calendar: Workdays, *, told: int = 0) -> Due:
    """Where a household stands on a day. `told` is how many have been told since the last visit."""
    due_on = last_day(last, every, calendar)
    due_from = max(due_on - timedelta(days=min(SOON, max(every - 1, 0))), last + timedelta(days=1))
    standing = Standing.RESTED if today < due_from else Standing.DUE if today <= due_on else Standing.OVERDUE
    tell_on = nth_workday(due_on, TOLD_AFTER[told], calendar) if told < len(TOLD_AFTER) else None
    return Due(due_from, due_on, standing, told, tell_on)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = date(year, month + 1, 1)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stop(Generic[T]):
    """A door on the way."""

    what: T
    building: str  # the path, which also orders buildings whose point nobody knows
    door: str
    point: Point | None
    is_late: bool = False


def walk(stops: Iterable[Stop[T]], start: Point | None = None) -> list[Stop[T]]:
    """A short way past all doors, the late ones first: the nearest next, then untangled where that is shorter."""
    late: list[Stop[T]] = []
    others: list[Stop[T]] = []
    at = start
    for stop in stops:
        (late if stop.is_late else others).append(stop)
    way: list[Stop[T]] = []
    for part in (late, others):
        walked = _walk(part, at)
        way += walked
        at = next((each.point for each in reversed(walked) if each.point is not None), at)
    return way


def _walk(stops: Sequence[Stop[T]], start: Point | None) -> list[Stop[T]]:
    homes: dict[str, list[Stop[T]]] = {}
    for stop in sorted(stops, key=lambda each: (each.building, door_key(each.door))):
        homes.setdefault(stop.building, []).append(stop)
    points = {path: doors[0].point for path, doors in homes.items()}
    known = _untangle(_nearest({p: at for p, at in points.items() if at is not None}, start), points, start)
    unknown = [path for path, at in points.items() if at is None]
    return [stop for path in [*known, *unknown] for stop in homes[path]]


def _nearest(points: dict[str, Point], start: Point | None) -> list[str]:
    left, way, at = dict(points), [], start
    while left:
        here = at
        following = min(left) if here is None else min(left, key=lambda path: (metres_between(here, left[path]), path))
        at = left.pop(following)
        way.append(following)
    return way


def _untangle(way: list[str], points: dict[str, Point | None], start: Point | None) -> list[str]:
    """2-opt: a stretch is walked the other way round wherever that shortens the whole."""
    better = True
    while better:
        better = False
        for one in range(len(way) - 1):
            for other in range(one + 1, len(way)):
                turned = way[:one] + way[one : other + 1][::-1] + way[other + 1 :]
                if length(turned, points, start) < length(way, points, start) - 0.01:
                    way, better = turned, True
    return way


def length(way: Sequence[str], points: dict[str, Point | None], start: Point | None) -> float:
    """Metres of a way past these buildings, from the start where there is one."""
    at = [point for point in (start, *(points[path] for path in way)) if point is not None]
    return sum(metres_between(one, other) for one, other in pairwise(at))


def door_key(door: str) -> list[tuple[int, int, str]]:
    """Doors in the order of a staircase: 2单元101 before 10单元101."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"([0-9]+)", door) if part]
