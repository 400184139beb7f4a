"""The arithmetic of deadlines (时限): pure functions of a clock's facts, a working-day calendar and the time now.

The rules (docs/domain.md §2, "Urgency and limits"), and why they are so:

* A limit in **hours** (2h, 24h) runs on the wall clock, day and night, holidays included. Hours are promised for
  emergencies, and a burst pipe does not wait for Monday.
* A limit in **days** (7d, 15d) counts working days. Counting begins on the first working day *after* the start, so
  that a wish posted at 17:55 does not lose a day, and ends at closing time (18:00) of the last day.
* A limit in **working hours** (4wh) runs while the calendar is open (9:00 to 18:00 on working days) and stands still
  otherwise: what a team on duty is given for a matter of the street, where a night must not use the time up.
* **Standing still** (a pause while we wait for the resident, or the time between answer and reopening): hours of
  either kind that stand still are added back exactly. A working day during whose working hours the clock stood, even
  for a moment, is not counted at all: what remains is never less than what remained when the clock stood still.
* **Restart** after a stop (the case is reopened): what remained, but at least one whole working day; for limits in
  hours of either kind at least two hours. Otherwise a case answered in its last minute would be late the moment it is
  reopened.
* **Extension**: added to the due time, or to the moment it is granted when the clock is late already.
* **Warning**: when 75 % of the allowance is used. **Escalation**: level 1 at the due time, then one level per working
  day, or per length of the limit where it is in hours.

Everything is computed from the facts each time, never adjusted step by step, so a recalculation after a change of the
calendar and a fresh calculation are the same thing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import floor
from typing import Final, Protocol
from zoneinfo import ZoneInfo

TIME_ZONE: Final = ZoneInfo("Asia/Shanghai")
WARN_AT: Final = 0.75
LAST_LEVEL: Final = 3
LEAST_HOURS_AFTER_RESTART: Final = 2
# Two years of rest days in a row mean a calendar that nobody meant: stop instead of counting for ever.
LONGEST_REST: Final = 731

_CODE = re.compile(r"^([1-9][0-9]{0,3})(h|d|wh)$")
_UNITS = {"h": "hours", "d": "days", "wh": "work_hours"}


class CalendarExhausted(Exception):
    """The calendar has no working day within two years, so nothing can be counted on it."""


class WorkCalendar(Protocol):
    """What the arithmetic asks of a calendar."""

    @property
    def opens(self) -> time: ...

    @property
    def closes(self) -> time: ...

    def is_workday(self, day: date) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A length of time allowed: wall-clock hours, working days or working hours, only one of them.

    Raises ValueError otherwise.
    """

    hours: int = 0
    days: int = 0
    work_hours: int = 0

    def __post_init__(self) -> None:
        given = (self.hours, self.days, self.work_hours)
        if min(given) < 0 or sum(amount > 0 for amount in given) != 1:
            raise ValueError("a limit has hours, working days or working hours, and more than none")

    @classmethod
    def parse(cls, code: str) -> "Limit":
        """From "2h", "7d" or "4wh". Raises ValueError for anything else."""
        match = _CODE.match(code.strip())
        if match is None:
            raise ValueError(f"not a limit: {code!r}")
        amount = int(match[1])
        return cls(**{_UNITS[match[2]]: amount})

    def __str__(self) -> str:
        if self.work_hours:
            return f"{self.work_hours}wh"
        return f"{self.hours}h" if self.hours else f"{self.days}d"

    def times(self, factor: int) -> "Limit":
        """So many times as long."""
        return Limit(hours=self.hours * factor, days=self.days * factor, work_hours=self.work_hours * factor)

    def is_like(self, other: "Limit") -> bool:
        """Whether both are counted in the same unit."""
        return (self.hours > 0, self.work_hours > 0) == (other.hours > 0, other.work_hours > 0)


@dataclass(frozen=True, slots=True)
class Standstill:
    """A span in which the clock did not run; `end` is None while it lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """More time, granted at a moment."""

    at: datetime
    by: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFacts:
    """All that ever happened to a clock; everything else follows from it."""

    limit: Limit
    started_at: datetime
    standstills: tuple[Standstill, ...] = ()
    restarts: tuple[datetime, ...] = ()
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a running clock is due, and when 75 % of its allowance is used."""

    due_at: datetime
    warn_at: datetime


@dataclass(frozen=True, slots=True)
class _Course:
    """Counting from `anchor` for `allowance`: the part of a clock's life that decides its due time."""

    anchor: datetime
    allowance: Limit


def local_day(moment: datetime) -> date:
    """The date in Shanghai of a moment."""
    return moment.astimezone(TIME_ZONE).date()


def at_time(day: date, moment: time) -> datetime:
    """A time of day in Shanghai as a moment."""
    return datetime.combine(day, moment, tzinfo=TIME_ZONE)


def deadline(facts: ClockFacts, calendar: WorkCalendar) -> Deadline:
    """Due and warning time of a running clock; a standstill that still lasts is left out. Raises CalendarExhausted."""
    course = _Course(facts.started_at, facts.limit)
    due = advance(course.anchor, course.allowance, facts, calendar)
    for at, by in _changes(facts):
        if by is None:
            least = _least_after_restart(facts.limit)
            floor_at = advance(at, least, facts, calendar)
            if due < floor_at:
                course, due = _Course(at, least), floor_at
        else:
            course = _extended(course, due, at, by)
            due = advance(course.anchor, course.allowance, facts, calendar)
    return Deadline(due, _warning(course, facts, calendar))


def advance(start: datetime, by: Limit, facts: ClockFacts, calendar: WorkCalendar) -> datetime:
    """The moment at which `by` is used up when counting from `start`, leaving out what stood still."""
    if by.hours:
        return _after_running(start, timedelta(hours=by.hours), facts)
    if by.work_hours:
        return _after_working(start, timedelta(hours=by.work_hours), facts, calendar)
    return at_time(_nth_counted_day(local_day(start), by.days, facts, calendar), calendar.closes)


def counted_days(after: date, facts: ClockFacts, calendar: WorkCalendar) -> Iterator[date]:
    """The days that count, in order, from the day after `after` on. Raises CalendarExhausted."""
    day, rested = after, 0
    while True:
        day += timedelta(days=1)
        if calendar.is_workday(day) and not stood_still(day, facts, calendar):
            rested = 0
            yield day
        else:
            rested += 1
            if rested > LONGEST_REST:
                raise CalendarExhausted(f"no working day in two years before {day}")


def stood_still(day: date, facts: ClockFacts, calendar: WorkCalendar) -> bool:
    """Whether the clock stood during any part of that day's working hours."""
    opens, closes = at_time(day, calendar.opens), at_time(day, calendar.closes)
    return any(
        span.end is not None and span.start < span.end and span.start < closes and span.end > opens
        for span in facts.standstills
    )


def escalation_at(due: datetime, level: int, facts: ClockFacts, calendar: WorkCalendar) -> datetime:
    """When level 1, 2 or 3 is told: at the due time, then after each further working day, or each further length of
    the limit where it is in hours."""
    if level <= 1:
        return due
    further = Limit(days=1) if facts.limit.days else facts.limit
    return advance(due, further.times(level - 1), facts, calendar)


def workdays_left(now: datetime, due: datetime, calendar: WorkCalendar) -> int:
    """How many closing times of working days lie between now and the due time, that of the due day included."""
    day, last, left = local_day(now), local_day(due), 0
    while day <= last:
        if calendar.is_workday(day) and now < at_time(day, calendar.closes) <= due:
            left += 1
        day += timedelta(days=1)
    return left


def _changes(facts: ClockFacts) -> list[tuple[datetime, Limit | None]]:
    """Restarts (None) and extensions in the order in which they happened."""
    changes: list[tuple[datetime, Limit | None]] = [(at, None) for at in facts.restarts]
    changes += [(extension.at, extension.by) for extension in facts.extensions]
    return sorted(changes, key=lambda change: change[0])


def _least_after_restart(limit: Limit) -> Limit:
    if limit.days:
        return Limit(days=1)
    if limit.work_hours:
        return Limit(work_hours=min(limit.work_hours, LEAST_HOURS_AFTER_RESTART))
    return Limit(hours=min(limit.hours, LEAST_HOURS_AFTER_RESTART))


def _extended(course: _Course, due: datetime, at: datetime, by: Limit) -> _Course:
    if due < at:
        return _Course(at, by)
    if course.allowance.is_like(by):
        first = course.allowance
        longer = Limit(
            hours=first.hours + by.hours, days=first.days + by.days, work_hours=first.work_hours + by.work_hours
        )
        return _Course(course.anchor, longer)
    return _Course(due, by)


def _after_running(start: datetime, running: timedelta, facts: ClockFacts) -> datetime:
    """The moment at which the clock has run for so long since `start`."""
    moment = start
    for span in _merged(facts.standstills):
        end = span.end
        if end is None or end <= moment:
            continue
        before = max(span.start - moment, timedelta())
        if before >= running:
            break
        running -= before
        moment = end
    return moment + running


def _after_working(start: datetime, working: timedelta, facts: ClockFacts, calendar: WorkCalendar) -> datetime:
    """The moment at which the clock has run for so long in working hours since `start`. Raises CalendarExhausted."""
    day, rested = local_day(start), 0
    while rested <= LONGEST_REST:
        if calendar.is_workday(day):
            rested = 0
            opens, closes = max(at_time(day, calendar.opens), start), at_time(day, calendar.closes)
            end = _after_running(opens, working, facts)
            if end <= closes:
                return end
            working -= _running_within(opens, closes, facts)
        else:
            rested += 1
        day += timedelta(days=1)
    raise CalendarExhausted(f"no working day in two years before {day}")


def _running_within(start: datetime, end: datetime, facts: ClockFacts) -> timedelta:
    """How long the clock ran between two moments; nothing where the first is the later one."""
    ran = max(end - start, timedelta())
    for span in _merged(facts.standstills):
        if span.end is not None:
            ran -= max(min(span.end, end) - max(span.start, start), timedelta())
    return ran


def _merged(spans: tuple[Standstill, ...]) -> list[Standstill]:
    """Ended spans in order, overlaps joined, so that no hour is given back twice."""
    merged: list[Standstill] = []
    for span in sorted((s for s in spans if s.end is not None), key=lambda s: s.start):
        last = merged[-1] if merged else None
        if last is not None and last.end is not None and span.end is not None and span.start <= last.end:
            merged[-1] = Standstill(last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged


def _nth_counted_day(after: date, number: int, facts: ClockFacts, calendar: WorkCalendar) -> date:
    days = counted_days(after, facts, calendar)
    for _ in range(number - 1):
        next(days)
    return next(days)


def _warning(course: _Course, facts: ClockFacts, calendar: WorkCalendar) -> datetime:
    """The moment at which 75 % of the allowance is used: of the hours, or of the counted days' working hours."""
    allowance = course.allowance
    if allowance.hours:
        return _after_running(course.anchor, WARN_AT * timedelta(hours=allowance.hours), facts)
    if allowance.work_hours:
        return _after_working(course.anchor, WARN_AT * timedelta(hours=allowance.work_hours), facts, calendar)
    whole = floor(allowance.days * WARN_AT)
    part = allowance.days * WARN_AT - whole
    day = _nth_counted_day(local_day(course.anchor), whole + 1, facts, calendar)
    opens, closes = at_time(day, calendar.opens), at_time(day, calendar.closes)
    return opens + part * (closes - opens)
