"""What the worker does for clocks."""

from celery import shared_task
from django.utils import timezone

from portal.deadlines.recomputing import recompute_clocks
from portal.deadlines.sweeping import sweep_clocks
from portal.deadlines.years import note_published_years, remind_of_missing_years


@shared_task(name="portal.deadlines.tasks.keep_clocks")
def keep_clocks() -> None:
    """Follow changes of the calendar, tell of a year that is missing, then warn and escalate. Every minute by beat;
    harmless at any time."""
    now = timezone.now()
    note_published_years(now=now)
    remind_of_missing_years(now=now)
    recompute_clocks(now=now)
    sweep_clocks(now=now)
