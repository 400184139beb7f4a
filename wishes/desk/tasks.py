"""Work that the portal does at the desk by itself."""

from celery import shared_task

from wishes.desk.entering import forget_entries


@shared_task
def forget_files() -> int:
    """Removes what files say that nobody had entered in time. May run at any time."""
    return forget_entries()
