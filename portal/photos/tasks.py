"""Background work on photos."""

import time
from datetime import timedelta
from uuid import UUID

from celery import shared_task

from portal.photos import services

# Long enough for a worker that is busy with it now, short enough for a person who waits for it.
_SHOULD_BE_DONE_AFTER = timedelta(seconds=30)
_SWEEP_LIMIT = 500


@shared_task(soft_time_limit=60, time_limit=90)
def process_photo(photo_id: str) -> None:
    """Makes the clean copies of one photo. Does nothing when that is done already."""
    services.process_waiting_photo(photo_id=UUID(photo_id))


@shared_task
def sweep_photos() -> None:
    """Picks up what was missed: photos whose task was lost, and files whose photo never came to be."""
    for photo_id in services.waiting_photos(older_than=_SHOULD_BE_DONE_AFTER, limit=_SWEEP_LIMIT):
        process_photo.delay(str(photo_id))
    services.remove_orphans()
    # One of 256 folders a minute: all of them are gone through in a little over four hours.
    services.remove_orphan_copies(prefix=f"{int(time.time() // 60) % 256:02x}")
