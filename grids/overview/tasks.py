"""Work that the portal does for the overview by itself."""

from celery import shared_task

from grids.overview.trend import count_day, forget_days


@shared_task
def count_open() -> int:
    """What is open today, once a day, and what was missed. Every half hour by beat; harmless at any time."""
    forget_days()
    return count_day()
