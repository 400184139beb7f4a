"""When households in special care are due: one row each, moved by events, by visits and by a sweep."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from grids.pairing.domain import Care
from grids.pairing.models import Household
from grids.territory.models import Territory
from grids.visits.domain import MET, TOLD_AFTER, Standing, Workdays, due_after
from grids.visits.events import VisitOverdue
from grids.visits.limits import rhythms_of
from grids.visits.models import CareDue, Visit
from portal.deadlines.calendar import calendar_for, calendars_for
from portal.outbox.services import record

FIELDS = ("every", "counted_from", "last_visit_on", "due_from", "due_on", "standing", "told", "tell_on")


def put_right(row: CareDue, today: date, calendar: Workdays) -> None:
    """Computes anew where the household stands; whoever has been told stays told until somebody goes."""
    found = due_after(row.counted_from, row.every, today, calendar, told=row.told)
    row.due_from, row.due_on, row.standing, row.tell_on = (
        *(found.due_from, found.due_on),
        *(found.standing.value, found.tell_on),
    )


@transaction.atomic
def follow_care(*, household_id: int, today: date) -> CareDue | None:
    """The row as the household's care asks for it now: begun, with another rhythm, or gone."""
    household = Household.objects.select_for_update(of=("self",)).select_related("building").get(pk=household_id)
    row = CareDue.objects.select_for_update().filter(pk=household_id).first()
    if household.care == Care.NONE:
        if row is not None:
            row.delete()
        return None
    every = rhythms_of(household.building)[Care(household.care)]
    is_new = row is None
    if row is None:
        row = CareDue(household=household, building=household.building, began_on=today, counted_from=today)
        row.last_visit_on = last_met(household_id)
    row.every = every
    put_right(row, today, calendar_for(household.building_id))
    row.save(force_insert=is_new)
    return row


def recount(*, household_id: int, today: date) -> None:
    """The rhythm counts from the last day on which somebody was met, in whatever order visits arrive, are put right or
    withdrawn; where none is left, from the day care began.

    Who has been told since stays told, unless somebody went after that. Call it inside of a transaction.
    """
    row = CareDue.objects.select_for_update().filter(pk=household_id).first()
    if row is None:
        return
    row.last_visit_on = last_met(household_id)
    counted_from = max(row.began_on, row.last_visit_on or row.began_on)
    if counted_from > row.counted_from:
        row.told = 0
    row.counted_from = counted_from
    put_right(row, today, calendar_for(row.building_id))
    row.save(update_fields=FIELDS)


def last_met(household_id: int) -> date | None:
    """The last day on which somebody of the household was met."""
    met = Visit.objects.standing().filter(household=household_id, kind__in=sorted(MET)).order_by("-visited_at")
    at = met.values_list("visited_at", flat=True).first()
    return timezone.localdate(at) if at is not None else None


def follow_rhythm(*, place: Territory, care: Care, today: date) -> int:
    """A place visits this kind of care in another rhythm: every row of it below follows; how many did."""
    rows = CareDue.objects.filter(building__path__startswith=str(place.path), household__care=care)
    return _follow(rows, today)


def follow_buildings(*, buildings: Collection[int], today: date) -> int:
    """Buildings are in another grid: their rows follow its rhythm and its calendar; how many did."""
    return _follow(CareDue.objects.filter(building__in=buildings), today)


def _follow(rows: QuerySet[CareDue], today: date) -> int:
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        follow_care(household_id=key, today=today)
    return len(keys)


def keep_dues(*, now: datetime | None = None) -> int:
    """Moves every row that a new day has reached, and records whom to tell; how many. May run at any time."""
    today = timezone.localdate(now)
    rows = CareDue.objects.order_by("pk").values_list("pk", "building_id")
    reached = {
        *rows.filter(standing=Standing.RESTED, due_from__lte=today),
        *rows.filter(standing=Standing.DUE, due_on__lt=today),
        *rows.filter(standing=Standing.OVERDUE, tell_on__lte=today),
    }
    calendars = calendars_for(sorted({building for _key, building in reached}))
    return sum(_keep(key, today, calendars[building], now) for key, building in sorted(reached))


@transaction.atomic
def _keep(key: int, today: date, calendar: Workdays, now: datetime | None) -> bool:
    """One row, unless somebody else is at it."""
    rows = CareDue.objects.select_for_update(of=("self",), skip_locked=True).select_related("household")
    row = rows.filter(pk=key).first()
    if row is None:
        return False
    put_right(row, today, calendar)
    for level in _levels_to_tell(row, today, calendar):
        record(VisitOverdue(household_id=key, level=level), subject=row.household, at=now)
    row.save(update_fields=FIELDS)
    return True


def _levels_to_tell(row: CareDue, today: date, calendar: Workdays) -> Iterable[int]:
    """Each level whose day has come, once; the row keeps which has been told."""
    while row.standing == Standing.OVERDUE and row.told < len(TOLD_AFTER):
        if row.tell_on is None or row.tell_on > today:
            return
        row.told += 1
        put_right(row, today, calendar)
        yield row.told
