"""Work that the portal does for patrols by itself."""

from celery import shared_task
from django.utils import timezone

from grids.patrols.services import open_runs, settle_past_runs


@shared_task
def sweep() -> int:
    """Opens today's patrols, settles those of days that are over. Every ten minutes by beat; harmless at any time."""
    return settle_past_runs() + open_runs(day=timezone.localdate())
