"""Work of Party life that nobody waits for."""

from celery import shared_task

from grids.gatherings.services import remind_gatherings


@shared_task
def remind() -> None:
    """Remind of gatherings that are owed. By beat; harmless at any time."""
    remind_gatherings()
