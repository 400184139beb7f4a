"""Telling people in time: warnings at 75 % and escalation of what is late. Run by beat every minute."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from portal.deadlines.calendar import calendar_for
from portal.deadlines.events import ClockOverdue, ClockWarned
from portal.deadlines.models import Clock, ClockState
from portal.deadlines.services import next_level_at
from portal.outbox.services import record

CHUNK = 100


def sweep_clocks(*, now: datetime) -> int:
    """Warn of and escalate every clock that is ready for it; give back how many events that made.

    May be run by any number of workers at once and at any time again: each takes the clocks that nobody holds, and a
    clock moves on in the transaction that records its event. After a standstill of the portal each level that was
    missed is told, in order.
    """
    told = 0
    for step in (_escalate_some, _warn_some):
        while count := step(now):
            told += count
    return told


@transaction.atomic
def _warn_some(now: datetime) -> int:
    # What is late already was escalated: a warning after that would only confuse.
    ready = _held_by_nobody(Clock.objects.filter(warned_at__isnull=True, warn_at__lte=now, due_at__gt=now))
    for clock in ready:
        clock.warned_at = now
        clock.save(update_fields=["warned_at"])
        record(
            ClockWarned(
                clock_id=clock.pk, kind=clock.kind, subject_type=clock.subject_type, subject_id=clock.subject_id
            ),
            subject=clock.subject(),
            at=now,
        )
    return len(ready)


@transaction.atomic
def _escalate_some(now: datetime) -> int:
    ready = _held_by_nobody(Clock.objects.filter(next_escalation_at__lte=now))
    for clock in ready:
        clock.escalation += 1
        clock.next_escalation_at = next_level_at(clock, clock.facts(), calendar_for(clock.territory_id))
        clock.save(update_fields=["escalation", "next_escalation_at"])
        record(
            ClockOverdue(
                clock_id=clock.pk,
                kind=clock.kind,
                subject_type=clock.subject_type,
                subject_id=clock.subject_id,
                level=clock.escalation,
            ),
            subject=clock.subject(),
            at=now,
        )
    return len(ready)


def _held_by_nobody(clocks: QuerySet[Clock]) -> list[Clock]:
    running = clocks.filter(state=ClockState.RUNNING).order_by("id")
    return list(running.select_for_update(skip_locked=True)[:CHUNK])
