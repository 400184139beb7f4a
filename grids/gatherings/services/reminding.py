"""Reminders of gatherings that are owed: found by a sweep that may run at any time and any number of times."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from grids.cells.models import PartyOrganisation
from grids.gatherings.domain import TOLD_WITHIN, GatheringKind, Period, Rhythm, Stage
from grids.gatherings.events import GatheringDue, GatheringMissed
from grids.gatherings.limits import Bindings
from grids.gatherings.models import Gathering, GatheringReminder
from grids.gatherings.queries import Stood, stood
from portal.outbox.services import record

# How many organisations are looked at with one set of queries.
AT_ONCE = 500


def remind_gatherings(*, now: datetime | None = None) -> int:
    """Records each reminder that is due and was not given yet; how many.

    An organisation is reminded once so many days before a period ends without what it requires; once the period is
    over, the organisation above it is told, within `TOLD_WITHIN`.
    """
    today = timezone.localdate(now)
    everybody = stood(PartyOrganisation.objects.all())
    bindings = Bindings([""]) if everybody else None
    count = 0
    for start in range(0, len(everybody), AT_ONCE):
        assert bindings is not None
        some = everybody[start : start + AT_ONCE]
        owed = list(_owed(some, bindings, today))
        if owed:
            count += _tell(owed, today, now)
    return count


Owed = tuple[Stood, GatheringKind, Rhythm, Period, Stage]


def _owed(organisations: list[Stood], bindings: Bindings, today: date) -> Iterator[Owed]:
    """What may have to be told today, before looking at what was held."""
    for one in organisations:
        binding = bindings.at(one.path)
        for kind, rhythm in binding.of(one.rank).items():
            running = Period.of(today, rhythm.unit)
            if today >= running.after - timedelta(days=binding.remind_days):
                yield one, kind, rhythm, running, Stage.DUE
            over = running.before()
            if today < over.after + TOLD_WITHIN:
                yield one, kind, rhythm, over, Stage.MISSED


def _tell(owed: list[Owed], today: date, now: datetime | None) -> int:
    keys = [one.pk for one, *_rest in owed]
    since = min(period.first for *_rest, period, _stage in owed)
    told = set(
        GatheringReminder.objects.filter(organisation__in=keys, period__gte=since).values_list(
            "organisation_id", "kind", "period", "stage"
        )
    )
    held: dict[tuple[int, str], list[date]] = {}
    rows = Gathering.objects.held().filter(organisation__in=keys, held_on__gte=since)
    for pk, kind, day in rows.values_list("organisation_id", "kind", "held_on"):
        held.setdefault((pk, kind), []).append(day)
    count = 0
    for one, kind, rhythm, period, stage in owed:
        if (one.pk, str(kind), period.first, str(stage)) in told or not period.within(one.founded_on, None):
            continue
        days = held.get((one.pk, str(kind)), [])
        if sum(period.first <= day < period.after for day in days) < rhythm.times:
            count += _record(one.pk, kind, period, stage, now)
    return count


@transaction.atomic
def _record(organisation: int, kind: GatheringKind, period: Period, stage: Stage, now: datetime | None) -> bool:
    """The row says that it was told, the event tells; of two sweeps at once one finds the row there."""
    _row, is_new = GatheringReminder.objects.get_or_create(
        organisation_id=organisation,
        kind=str(kind),
        period=period.first,
        stage=str(stage),
        defaults={"told_at": now or timezone.now()},
    )
    if is_new:
        payload = GatheringDue if stage == Stage.DUE else GatheringMissed
        event = payload(organisation_id=organisation, kind=str(kind), period=period.first.isoformat())
        record(event, subject=PartyOrganisation(pk=organisation), at=now)
    return is_new
