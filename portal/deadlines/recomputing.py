"""Changing the working-day calendar, and moving the due times that hang on it."""

from datetime import date, datetime, time, timedelta

from django.db import models, transaction
from django.db.models import Q

from portal.accounts.models import User
from portal.deadlines.calendar import calendar_for
from portal.deadlines.domain import WorkCalendar, at_time
from portal.deadlines.events import CalendarChanged, ClockRecomputed
from portal.deadlines.models import CalendarChange, CalendarOverride, Clock, ClockState
from portal.deadlines.querysets import live_clocks_of
from portal.deadlines.services import set_deadline
from portal.outbox.services import audit, record

CHUNK = 200


@transaction.atomic
def set_override(
    *, actor: User | None, day: date, is_workday: bool, note: str, at: datetime, territory_id: int | None = None
) -> CalendarOverride:
    """Say that a day is worked or not, everywhere or in one territory; running clocks follow within a minute."""
    override, _created = CalendarOverride.objects.update_or_create(
        date=day, territory_id=territory_id, defaults={"is_workday": is_workday, "note": note, "schedule": None}
    )
    _changed(override, actor=actor, is_workday=is_workday, at=at)
    return override


@transaction.atomic
def remove_override(*, actor: User | None, override: CalendarOverride, at: datetime) -> None:
    """Let the national calendar decide again on that day."""
    _changed(override, actor=actor, is_workday=None, at=at)
    override.delete()


@transaction.atomic
def change_override(
    *,
    actor: User | None,
    override: CalendarOverride,
    day: date,
    is_workday: bool,
    note: str,
    at: datetime,
    territory_id: int | None = None,
) -> CalendarOverride:
    """Correct an exception, its day and place included: clocks around the day it left are computed anew as well."""
    if (override.date, override.territory_id) != (day, territory_id):
        _changed(override, actor=actor, is_workday=None, at=at)
    override.date, override.territory_id, override.is_workday, override.note = day, territory_id, is_workday, note
    # What somebody has decided by hand stays when the year is entered anew.
    override.schedule = None
    override.save()
    _changed(override, actor=actor, is_workday=is_workday, at=at)
    return override


def recompute_clocks(*, now: datetime) -> int:
    """Compute anew every running clock that a change of the calendar may move; give back how many did move.

    Works in chunks, each one transaction that also notes how far it got: cut off at any point, it goes on there.
    """
    moved = 0
    while (count := _recompute_some(now)) is not None:
        moved += count
    return moved


@transaction.atomic
def _recompute_some(now: datetime) -> int | None:
    """The next chunk of the oldest unfinished change; None where none is left or others are at it."""
    unfinished = CalendarChange.objects.filter(finished_at__isnull=True).order_by("id")
    change = unfinished.select_for_update(skip_locked=True).first()
    if change is None:
        return None
    clocks = _touched_by(change)
    calendars = {territory: calendar_for(territory) for territory in {clock.territory_id for clock in clocks}}
    moved = sum(_recompute(clock, calendars[clock.territory_id], now) for clock in clocks)
    change.moved += moved
    if clocks:
        change.done_up_to = clocks[-1].pk
    else:
        change.finished_at = now
    change.save(update_fields=["moved", "done_up_to", "finished_at"])
    return moved


def _touched_by(change: CalendarChange) -> list[Clock]:
    """The next clocks that were running over the changed day, locked."""
    midnight = at_time(change.date, time())
    running = Clock.objects.filter(
        Q(due_at__gte=midnight) | Q(next_escalation_at__gte=midnight),
        pk__gt=change.done_up_to,
        state=ClockState.RUNNING,
        started_at__lt=midnight + timedelta(days=1),
    )
    return list(running.prefetch_related("pauses", "extensions").order_by("id").select_for_update()[:CHUNK])


@transaction.atomic
def relocate_clocks(*, subject: models.Model, territory_id: int, at: datetime) -> None:
    """The live clocks of an object count by the calendar of another territory from now on.

    What was used of the time stays used; a due time that moves with the calendar is told as usual.
    """
    for clock in live_clocks_of(subject).select_for_update().order_by("pk"):
        clock.territory_id = territory_id
        if clock.state == ClockState.RUNNING:
            _recompute(clock, calendar_for(territory_id), at)
        else:
            clock.save(update_fields=["territory_id"])


def _recompute(clock: Clock, calendar: WorkCalendar, now: datetime) -> bool:
    before = clock.due_at
    set_deadline(clock, now, calendar=calendar)
    clock.save()
    if before is None or clock.due_at is None or clock.due_at == before:
        return False
    record(
        ClockRecomputed(
            clock_id=clock.pk,
            kind=clock.kind,
            subject_type=clock.subject_type,
            subject_id=clock.subject_id,
            due_before=before,
            due_after=clock.due_at,
        ),
        subject=clock.subject(),
        at=now,
    )
    return True


def _changed(override: CalendarOverride, *, actor: User | None, is_workday: bool | None, at: datetime) -> None:
    CalendarChange.objects.create(date=override.date, actor=actor, changed_at=at)
    audit(
        CalendarChanged(day=override.date.isoformat(), is_workday=is_workday, territory_id=override.territory_id),
        subject=override,
        actor=actor,
        at=at,
    )
