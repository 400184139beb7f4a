"""Party life: the kinds of gatherings, how often each is held, and codes that show who is in the room.

Source of the rhythm: 中国共产党支部工作条例 art. 15–17 (members' meeting quarterly, committee and group monthly,
lessons regularly, theme day monthly); docs/domain.md §5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.cells.domain import Rank


class GatheringKind(TextChoices):
    """Three meetings and one lesson (三会一课), and the theme day (主题党日)."""

    BRANCH_MEETING = "branch_meeting", _("支部党员大会")
    COMMITTEE_MEETING = "committee_meeting", _("支委会")
    GROUP_MEETING = "group_meeting", _("党小组会")
    LESSON = "lesson", _("党课")
    THEME_DAY = "theme_day", _("主题党日")


class GatheringState(TextChoices):
    """The way of a gathering. Only one that is closed counts as held."""

    PLANNED = "planned", _("还没开")
    OPEN = "open", _("正在签到")
    CLOSED = "closed", _("开过了")
    CANCELLED = "cancelled", _("取消了")


class Audience(TextChoices):
    """Whom a gathering is for."""

    ALL = "all", _("本组织和下面各组织的党员")
    OWN = "own", _("只有本组织的党员")
    LEADERS = "leaders", _("本组织的班子")


class Standing(TextChoices):
    """Where somebody stands with a gathering. Who is invited and has no row yet is expected."""

    LEAVE_ASKED = "leave_asked", _("请假，等答复")
    LEAVE_REFUSED = "leave_refused", _("没有准假")
    ON_LEAVE = "on_leave", _("请假")
    PRESENT = "present", _("到了")
    ABSENT = "absent", _("没到")


class How(TextChoices):
    """How a standing came about."""

    CODE = "code", _("自己签到")
    ASKED = "asked", _("自己请假")
    HAND = "hand", _("工作人员登记")
    CLOSING = "closing", _("结束签到时")


class Stage(TextChoices):
    """Which reminder of a gathering that is owed was given."""

    DUE = "due", _("快到期")
    MISSED = "missed", _("已过期")


# Ranks that can hold a gathering of each kind at all; which of them have to is a setting of the place.
RANKS_OF_KIND: dict[GatheringKind, frozenset[Rank]] = {
    GatheringKind.BRANCH_MEETING: frozenset({Rank.COMMITTEE, Rank.GENERAL_BRANCH, Rank.BRANCH}),
    GatheringKind.COMMITTEE_MEETING: frozenset({Rank.COMMITTEE, Rank.GENERAL_BRANCH, Rank.BRANCH}),
    GatheringKind.GROUP_MEETING: frozenset({Rank.GROUP}),
    GatheringKind.LESSON: frozenset(Rank) - {Rank.MEMBER_HUB},
    GatheringKind.THEME_DAY: frozenset(Rank) - {Rank.MEMBER_HUB},
}
AUDIENCE_OF_KIND: dict[GatheringKind, Audience] = {
    **dict.fromkeys(GatheringKind, Audience.ALL),
    GatheringKind.COMMITTEE_MEETING: Audience.LEADERS,
}
# Check-in begins this long before a gathering and codes end this long after it, so that nobody is present elsewhere.
OPENS_BEFORE = timedelta(hours=2)
CODES_END_AFTER = timedelta(hours=2)
LONGEST = timedelta(hours=24)
# What was held on paper is entered within a month; nothing is planned further ahead than a year.
ENTERED_WITHIN = timedelta(days=31)
PLANNED_WITHIN = timedelta(days=366)
# What was held on paper is marked by hand in so long after its check-in was opened.
ENTERED_IN = timedelta(hours=24)
# Wrong codes one person may send for one gathering in so long.
GUESSES, GUESSES_IN = 5, timedelta(minutes=5)
CODE_DIGITS = 6
# How many came to a meeting of fewer than this is not for those who look on from outside (docs/domain.md §7).
SMALL_GROUP = 5
# How long after a period's end the organisation above is still told that something was missed.
TOLD_WITHIN = timedelta(days=10)


class Unit(TextChoices):
    """How long a period is."""

    MONTH = "m", _("月")
    QUARTER = "q", _("季度")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A month or quarter: its first day, and the first day after it."""

    first: date
    after: date

    @classmethod
    def of(cls, day: date, unit: Unit) -> Self:
        """The one in which the day lies."""
        months = 1 if unit == Unit.MONTH else 3
        begins = (day.month - 1) // months * months + 1
        first = date(day.year, begins, 1)
        ends = begins + months
        return cls(first, date(day.year + (ends > 12), (ends - 1) % 12 + 1, 1))

    @property
    def months(self) -> range:
        """The numbers of its months."""
        return range(self.first.month, (self.after - timedelta(days=1)).month + 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.after - timedelta(days=1)

    def before(self) -> "Period":
        """The one before it, of the same length."""
        unit = Unit.MONTH if len(self.months) == 1 else Unit.QUARTER
        return Period.of(self.first - timedelta(days=1), unit)

    def within(self, since: date | None, until: date | None) -> bool:
        """Whether an organisation set up on `since` and dissolved on `until` was there all the time."""
        return (since is None or since <= self.first) and (until is None or until >= self.after)


def periods_of_year(day: date, unit: Unit) -> list[Period]:
    """The periods of the day's year, up to the one in which it lies."""
    starts = range(1, day.month + 1, 1 if unit == Unit.MONTH else 3)
    return [Period.of(date(day.year, month, 1), unit) for month in starts]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """So many times in each period."""

    times: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Rhythm | None":
        """From "1q", "2m"; None for "0": nothing is required. Raises ValueError."""
        text = text.strip().lower()
        if text == "0":
            return None
        times, unit = text[:-1], Unit(text[-1:])
        if not (times.isascii() and times.isdecimal() and 1 <= int(times) <= 31):
            raise ValueError(text)
        return cls(int(times), unit)


@dataclass(frozen=True, slots=True)
class Tally:
    """What is required of one organisation and what was done, of one kind.

    In `period`, now running, and in the year up to now. Twice in one month does not make up for none in another.
    `overdue` counts what is missing of periods that are over.
    """

    period: Period
    required: int
    done: int
    year_required: int
    year_done: int
    overdue: int

    @property
    def owed(self) -> int:
        """What is still to be held before the running period ends."""
        return self.required - self.done


def tally(rhythm: Rhythm, held: Mapping[int, int], day: date, since: date | None, until: date | None) -> Tally:
    """`held` says how many gatherings there were in each month of the day's year. Only whole periods are required."""
    now = Period.of(day, rhythm.unit)
    required = done = year_required = year_done = overdue = 0
    for period in periods_of_year(day, rhythm.unit):
        if not period.within(since, until):
            continue
        kept = min(rhythm.times, sum(held.get(month, 0) for month in period.months))
        year_required += rhythm.times
        year_done += kept
        if period == now:
            required, done = rhythm.times, kept
        else:
            overdue += rhythm.times - kept
    return Tally(now, required, done, year_required, year_done, overdue)


def ends_by_itself(ends_at: datetime, opened_at: datetime, after: timedelta) -> datetime:
    """When check-in that nobody ends is ended: so long after the planned end; of one that was opened when it was long
    over, to enter what was held, a day later."""
    is_entered = opened_at >= ends_at + CODES_END_AFTER
    return opened_at + ENTERED_IN if is_entered else ends_at + after


def code_step(now: datetime, seconds: int) -> int:
    """Which code is shown at this moment: they change every so many seconds."""
    return int(now.timestamp()) // seconds


def step_ends(step: int, seconds: int) -> int:
    """When the next code comes, in seconds since 1970."""
    return (step + 1) * seconds


def rate(present: int, expected: int) -> int | None:
    """Percent of those expected who came; None where nobody was."""
    return round(100 * present / expected) if expected else None
