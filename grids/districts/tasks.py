"""Work that the portal does on imports by itself."""

from celery import shared_task

from grids.districts.boundaries import forget_uploads
from grids.districts.services import forget_lists


@shared_task
def forget() -> int:
    """Removes what lists say of people that nobody brought in, in time. May run at any time."""
    return forget_lists() + forget_uploads()
