"""Reminders before a term ends: found by a sweep that may run at any time and any number of times."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from grids.cells.domain import reminders_due
from grids.cells.events import TermEnding
from grids.cells.limits import FIRST_REMINDER, LAST_REMINDER, LONGEST
from grids.cells.models import LeadershipTerm
from grids.territory.inherited import settings_for
from grids.territory.models import Territory
from portal.outbox.services import record


def remind_terms(*, now: datetime | None = None) -> int:
    """Records each reminder that is due and was not given yet; how many. A short notice gets the last one only."""
    today = timezone.localdate(now)
    soon = LeadershipTerm.objects.in_force(today).filter(reminded__lt=2, ends_on__lte=today + timedelta(days=LONGEST))
    count = 0
    days: dict[int, tuple[int, int]] = {}
    for pk in list(soon.order_by("ends_on", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            term = (
                soon.select_for_update(of=("self",), skip_locked=True)
                .select_related("organisation__territory")
                .filter(pk=pk)
                .first()
            )
            if term is None:
                continue
            due = reminders_due(term.ends_on, today, _days(term.organisation.territory, days))
            if due > term.reminded:
                term.reminded = due
                term.save(update_fields=["reminded"])
                event = TermEnding(term_id=term.pk, organisation_id=term.organisation_id, reminder=due)
                record(event, subject=term.organisation, at=now)
                count += 1
    return count


def _days(place: Territory, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """The settings of a place, asked once a sweep."""
    if place.pk not in known:
        found = settings_for(place, [FIRST_REMINDER, LAST_REMINDER])
        known[place.pk] = (found[FIRST_REMINDER], found[LAST_REMINDER])
    return known[place.pk]
