"""What nobody ends: check-in ends by itself, and whether a gathering was held is asked once. By sweeps that may run at
any time and any number of times."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from grids.gatherings.domain import CODES_END_AFTER, ENTERED_WITHIN, GatheringState, Standing, ends_by_itself
from grids.gatherings.events import GatheringAsked
from grids.gatherings.limits import END_AFTER_HOURS
from grids.gatherings.models import Gathering
from grids.gatherings.services.attending import close
from grids.territory.inherited import setting_for
from portal.outbox.services import record


def end_check_ins(*, now: datetime | None = None) -> int:
    """Ends each check-in whose time is over; how many. The organiser is told, and writes the minutes.

    Where nobody is marked as present it was not held as far as anybody knows: it is planned as before, and asked about.
    """
    return _sweep(GatheringState.OPEN, now or timezone.now(), _end)


def ask_what_became(*, now: datetime | None = None) -> int:
    """Asks once about each gathering whose time has gone by without check-in; about how many."""
    return _sweep(GatheringState.PLANNED, now or timezone.now(), _ask)


def end_of(gathering: Gathering) -> datetime | None:
    """When its check-in ends by itself; None while there is none."""
    if gathering.state != GatheringState.OPEN or gathering.opened_at is None:
        return None
    return ends_by_itself(gathering.ends_at, gathering.opened_at, _patience(gathering))


def _patience(gathering: Gathering) -> timedelta:
    return timedelta(hours=int(setting_for(gathering.organisation.territory, END_AFTER_HOURS)))


def _sweep(state: GatheringState, now: datetime, act: Callable[[Gathering, datetime], bool]) -> int:
    over = Gathering.objects.filter(state=state, ends_at__lt=now - CODES_END_AFTER)
    if state == GatheringState.PLANNED:
        over = over.filter(asked_at__isnull=True, ends_at__gt=now - ENTERED_WITHIN)
    return sum(_one(key, state, now, act) for key in over.order_by("ends_at").values_list("pk", flat=True))


@transaction.atomic
def _one(key: int, state: GatheringState, now: datetime, act: Callable[[Gathering, datetime], bool]) -> bool:
    """One gathering, unless it has moved on or somebody is at it."""
    rows = Gathering.objects.select_for_update(of=("self",), skip_locked=True).with_organisation()
    found = rows.filter(pk=key, state=state).first()
    return found is not None and act(found, now)


def _end(found: Gathering, now: datetime) -> bool:
    ends = end_of(found)
    if ends is None or now < ends:
        return False
    if found.attendances.filter(standing=Standing.PRESENT).exists():
        close(found, actor=None, now=now)
    else:
        found.state, found.opened_at = GatheringState.PLANNED, None
        found.save(update_fields=["state", "opened_at"])
        _asked(found, now)
    return True


def _ask(found: Gathering, now: datetime) -> bool:
    if found.asked_at is not None or now < max(found.ends_at, found.planned_at) + _patience(found):
        return False
    _asked(found, now)
    return True


def _asked(found: Gathering, now: datetime) -> None:
    found.asked_at = now
    found.save(update_fields=["asked_at"])
    record(GatheringAsked(gathering_id=found.pk), subject=found, at=now)
