"""What clocks tell the rest of the portal."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("deadlines.clock.warned", label=_("时限快到了"), visibility=Visibility.INTERNAL)
class ClockWarned(Payload):
    """75 % of the time allowed is used."""

    clock_id: int
    kind: str
    subject_type: str
    subject_id: int


@event("deadlines.clock.overdue", label=_("超过时限，已上报"), visibility=Visibility.PARTIES)
class ClockOverdue(Payload):
    """Time is over; `level` says who is told now: 1 the grid, 2 the community, 3 the street."""

    clock_id: int
    kind: str
    subject_type: str
    subject_id: int
    level: int


@event("deadlines.clock.recomputed", label=_("工作日历有变，时限重新计算"), visibility=Visibility.PARTIES)
class ClockRecomputed(Payload):
    """A change of the working-day calendar moved the due time."""

    clock_id: int
    kind: str
    subject_type: str
    subject_id: int
    due_before: datetime
    due_after: datetime


@event("deadlines.calendar.changed", label=_("修改工作日历"), visibility=Visibility.AUDIT)
class CalendarChanged(Payload):
    """An exception to the working-day calendar was set (`is_workday`) or removed (None)."""

    day: str
    is_workday: bool | None
    territory_id: int | None


@event("deadlines.year.entered", label=_("录入年度放假安排"), visibility=Visibility.AUDIT)
class YearEntered(Payload):
    """A year's holidays and make-up workdays were taken over from the published notice."""

    year: int
    days: int


@event("deadlines.year.missing", label=_("年度放假安排还没有录"), visibility=Visibility.INTERNAL)
class YearMissing(Payload):
    """A year that begins soon, or has begun, is counted by the law alone."""

    year: int
