"""Work that the portal does for the neighbourhood by itself."""

from celery import shared_task
from django.utils import timezone

from wishes.neighbours.services import forget_old_tries


@shared_task
def forget_tries() -> int:
    """Removes counts of wrong tries to read a status. May run at any time."""
    return forget_old_tries(now=timezone.now())
