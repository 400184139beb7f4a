"""Work that the portal does for incidents by itself."""

from celery import shared_task

from grids.incidents.photos import forget_unused_photos


@shared_task
def forget_photos() -> int:
    """Removes photos of reports that were begun and left. May run at any time."""
    return forget_unused_photos()
