"""What the worker does for clocks."""

from celery import shared_task
from django.utils import timezone

from portal.deadlines.recomputing import recompute_clocks
from portal.deadlines.sweeping import sweep_clocks


@shared_task(name="portal.deadlines.tasks.keep_clocks")
def keep_clocks() -> None:
    """Follow changes of the calendar, then warn and escalate. Every minute by beat; harmless at any time."""
    now = timezone.now()
    recompute_clocks(now=now)
    sweep_clocks(now=now)
