"""Work of the duty board that nobody waits for."""

from celery import shared_task
from django.utils import timezone

from grids.duty.telling import tell_all


@shared_task
def tell_gaps() -> int:
    """Tells secretaries of gaps, once a week. Hourly by beat; harmless at any time."""
    return tell_all(now=timezone.now())
