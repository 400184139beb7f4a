"""Whole years of the working-day calendar (年度放假安排): entered by administrators, or brought by a newer library."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.metadata import version

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.deadlines.calendar import LAST_KNOWN_YEAR, ChinaCalendar, calendar_for, is_published
from portal.deadlines.domain import local_day
from portal.deadlines.events import YearEntered, YearMissing
from portal.deadlines.models import CalendarChange, CalendarOverride, CalendarYear
from portal.deadlines.statutory import is_workday_by_law
from portal.errors import Invalid
from portal.outbox.services import audit, record

AHEAD = timedelta(days=60)
"""So far ahead the working days have to be known."""

AGAIN = timedelta(days=14)
"""How long after an administrator was told of a missing year they are told again."""


def is_known(year: int) -> bool:
    """Whether the year's arrangement was published and is here: in the library, or entered."""
    return is_published(date(year, 1, 1)) or CalendarYear.objects.filter(year=year, entered_at__isnull=False).exists()


def missing_years(today: date) -> list[int]:
    """Years that begin within the next sixty days, or have begun, and whose arrangement is not here."""
    return [year for year in dict.fromkeys((today.year, (today + AHEAD).year)) if not is_known(year)]


@transaction.atomic
def enter_year(*, actor: User | None, year: int, days: Mapping[date, bool], source: str, at: datetime) -> CalendarYear:
    """Take over a year as published: days off (False) and worked Saturdays and Sundays (True), everywhere.

    Entered again, the days are replaced. An exception that somebody set for one of the days by hand stays as it is.
    Clocks that run over a day that changes by it follow within a minute. Raises Invalid.
    """
    if not source.strip():
        raise Invalid(_("请写明文号或者出处，例如“国办发明电〔2025〕7号”。"), code="required", field="source")
    if any(abs((day - date(year, 7, 1)).days) > 200 for day in days):
        raise Invalid(_("有的日子不在这一年。"), code="other_year", field="text")
    row, _created = CalendarYear.objects.select_for_update().get_or_create(year=year)
    before = calendar_for(None)
    row.days.exclude(date__in=days).delete()
    by_hand = set(
        CalendarOverride.objects.filter(date__in=days, territory_id=None, schedule=None).values_list("date", flat=True)
    )
    for day, is_workday in days.items():
        if day not in by_hand:
            CalendarOverride.objects.update_or_create(
                date=day, territory_id=None, defaults={"is_workday": is_workday, "note": source[:100], "schedule": row}
            )
    row.source, row.entered_by, row.entered_at = source.strip(), actor, at
    row.save()
    _follow(year, before, calendar_for(None), actor=actor, at=at)
    audit(YearEntered(year=year, days=len(days)), subject=row, actor=actor, at=at)
    return row


@transaction.atomic
def note_published_years(*, now: datetime) -> bool:
    """A newer library knows a year that was counted by the law alone: clocks follow, once for each year."""
    year = LAST_KNOWN_YEAR
    if year < local_day(now).year or CalendarYear.objects.filter(year=year, entered_at__isnull=False).exists():
        return False
    row, _created = CalendarYear.objects.select_for_update().get_or_create(year=year)
    if row.entered_at is not None:
        return False
    row.source, row.entered_at = f"chinesecalendar {version('chinesecalendar')}", now
    row.save()
    known = calendar_for(None)
    by_law = ChinaCalendar({day: is_workday_by_law(day) for day in _days_of(year)} | dict(known.exceptions))
    _follow(year, by_law, known, actor=None, at=now)
    return True


def remind_of_missing_years(*, now: datetime) -> int:
    """Record for each missing year that it is missing, once in a fortnight; administrators are told by it."""
    told = 0
    for year in missing_years(local_day(now)):
        with transaction.atomic():
            row, _created = CalendarYear.objects.select_for_update().get_or_create(year=year)
            if row.entered_at is not None or (row.reminded_at is not None and now - row.reminded_at < AGAIN):
                continue
            row.reminded_at = now
            row.save(update_fields=["reminded_at"])
            record(YearMissing(year=year), subject=row, at=now)
            told += 1
    return told


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=after) for after in range((date(year + 1, 1, 1) - first).days)]


def _follow(year: int, before: ChinaCalendar, after: ChinaCalendar, *, actor: User | None, at: datetime) -> None:
    """A note for each day that is counted otherwise now, so that the clocks around it are computed anew."""
    around = [day for each in (year - 1, year, year + 1) for day in _days_of(each)]
    changed = [day for day in around if before.is_workday(day) != after.is_workday(day)]
    CalendarChange.objects.bulk_create(CalendarChange(date=day, actor=actor, changed_at=at) for day in changed)
