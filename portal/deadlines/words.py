"""A clock in words: why it is due when it is, how long remains, how urgent it is for a list.

Every function takes the time now, so that the same words can be asked for at any moment.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.deadlines.calendar import LAST_KNOWN_YEAR, calendar_for
from portal.deadlines.domain import Limit, WorkCalendar, local_day, workdays_left
from portal.deadlines.models import Clock, ClockState
from portal.deadlines.registry import clock_kind
from portal.deadlines.years import is_known
from portal.formats import day_words, soon_words, when_words


class Level(StrEnum):
    """How urgent, as the name of a colour class; a word always stands beside it."""

    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Urgency:
    """What a list shows of a time limit: `level` for the colour, `due` the moment, `words` what remains."""

    level: Level
    due: str
    words: str


def urgency_of(clock: Clock | datetime | None, now: datetime, calendar: WorkCalendar | None = None) -> Urgency:
    """How urgent a clock is, or a bare due time (None where it is paused). Give `calendar` for a whole list."""
    if isinstance(clock, Clock) and not clock.is_live:
        return Urgency(Level.DONE, _end_words(clock), remaining_words(clock, now))
    due = clock.due_at if isinstance(clock, Clock) else clock
    if due is None:
        words = remaining_words(clock, now) if isinstance(clock, Clock) else _("暂停中")
        return Urgency(Level.PAUSED, "", words)
    territory_id = clock.territory_id if isinstance(clock, Clock) else None
    return Urgency(_level(due, now), soon_words(due, now=now), time_left_words(due, now, calendar, territory_id))


def remaining_words(clock: Clock, now: datetime, calendar: WorkCalendar | None = None) -> str:
    """How long remains, in few words: 还有 4 个工作日, 超时 1 天 2 小时, 暂停中：等居民约时间."""
    if clock.state == ClockState.STOPPED:
        return _("按时办结") if clock.was_on_time else _("超时办结")
    if clock.due_at is None:
        return _("暂停中：{reason}").format(reason=_(clock.paused_reason)) if clock.paused_reason else _("暂停中")
    return time_left_words(clock.due_at, now, calendar, clock.territory_id)


def time_left_words(
    due: datetime, now: datetime, calendar: WorkCalendar | None = None, territory_id: int | None = None
) -> str:
    """What lies between now and a due time: hours and minutes on the last day, working days before, days when late."""
    if due <= now:
        return _("超时 {span}").format(span=span_words(now - due))
    if local_day(due) == local_day(now) or due - now < timedelta(hours=12):
        return _("还有 {span}").format(span=span_words(due - now))
    days = workdays_left(now, due, calendar or calendar_for(territory_id))
    if days == 0:
        return _("还有 {span}").format(span=span_words(due - now))
    return ngettext("还有 %(days)d 个工作日", "还有 %(days)d 个工作日", days) % {"days": days}


def span_words(span: timedelta) -> str:
    """A length of time by its two largest units: 1 天 2 小时, 2 小时 40 分, 5 分; under a minute is 1 分."""
    minutes = max(int(span.total_seconds() // 60), 1)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if days:
        parts.append(ngettext("%(count)d 天", "%(count)d 天", days) % {"count": days})
    if hours:
        parts.append(ngettext("%(count)d 小时", "%(count)d 小时", hours) % {"count": hours})
    if minutes and not days:
        parts.append(ngettext("%(count)d 分", "%(count)d 分", minutes) % {"count": minutes})
    return " ".join(parts)


def limit_words(limit: Limit) -> str:
    """7 个工作日, 2 小时, 4 个工作小时."""
    if limit.hours:
        return ngettext("%(count)d 小时", "%(count)d 小时", limit.hours) % {"count": limit.hours}
    if limit.work_hours:
        return ngettext("%(count)d 个工作小时", "%(count)d 个工作小时", limit.work_hours) % {"count": limit.work_hours}
    return ngettext("%(count)d 个工作日", "%(count)d 个工作日", limit.days) % {"count": limit.days}


def explain(clock: Clock, now: datetime) -> list[str]:
    """The life of a clock in sentences, oldest first, ending with where it stands now."""
    today = local_day(now)
    lines: list[tuple[datetime, str]] = [
        (
            clock.started_at,
            _("{when}开始计时（{kind}），限 {limit}").format(
                when=when_words(clock.started_at, today=today),
                kind=clock_kind(clock.kind).label,
                limit=limit_words(clock.limit),
            ),
        )
    ]
    lines += _standstill_lines(clock, today)
    for grant in clock.extensions.all():
        words = _("{when}延长 {by}：{reason}").format(
            when=when_words(grant.granted_at, today=today),
            by=limit_words(Limit.parse(grant.by_code)),
            reason=grant.reason,
        )
        lines.append((grant.granted_at, words))
    lines.sort(key=lambda line: line[0])
    return [words for _at, words in lines] + _standing_lines(clock, now)


def _standstill_lines(clock: Clock, today: date) -> list[tuple[datetime, str]]:
    lines = []
    for span in clock.pauses.all():
        start = when_words(span.started_at, today=today)
        if span.is_stop:
            lines.append((span.started_at, _("{when}已答复，停止计时").format(when=start)))
        elif span.reason:
            lines.append((span.started_at, _("{when}起暂停：{reason}").format(when=start, reason=_(span.reason))))
        else:
            lines.append((span.started_at, _("{when}起暂停").format(when=start)))
        if span.ended_at is not None and not (clock.stopped_at == span.ended_at and not span.is_stop):
            end = when_words(span.ended_at, today=today)
            words = _("{when}重新办理，接着计时") if span.is_stop else _("{when}继续计时")
            lines.append((span.ended_at, words.format(when=end)))
    return lines


def _standing_lines(clock: Clock, now: datetime) -> list[str]:
    """Where a clock stands: due when, how late, told to whom, and what is not sure about it."""
    if clock.state == ClockState.STOPPED:
        return [remaining_words(clock, now)]
    if clock.due_at is None:
        return [_("暂停期间不计时，暂停过的工作日不算在内")]
    today = local_day(now)
    lines = [
        _("{when}到期，{left}").format(when=when_words(clock.due_at, today=today), left=remaining_words(clock, now))
    ]
    if clock.escalation:
        lines.append(escalation_words(clock.escalation))
    year = local_day(clock.due_at).year
    if not clock.limit.hours and year > LAST_KNOWN_YEAR and not is_known(year):
        lines.append(_("{year} 年的放假安排还没有录，先按法定节假日和周末算，录好后会重新计算").format(year=year))
    return lines


def escalation_words(level: int) -> str:
    """Who was told that it is late: 已提醒网格, 已升级到社区, 已升级到街道; empty for level 0."""
    return {1: _("已提醒网格"), 2: _("已升级到社区"), 3: _("已升级到街道")}.get(level, "")


def _level(due: datetime, now: datetime) -> Level:
    if due <= now:
        return Level.LATE
    if local_day(due) == local_day(now):
        return Level.TODAY
    return Level.SOON if due - now <= timedelta(days=2) else Level.LATER


def _end_words(clock: Clock) -> str:
    return day_words(clock.stopped_at) if clock.stopped_at else ""
