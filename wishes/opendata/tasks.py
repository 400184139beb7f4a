"""Open data in the background."""

from celery import shared_task
from django.utils import timezone

from wishes.opendata import publishing


@shared_task(name="wishes.opendata.tasks.publish")
def publish() -> None:
    """Have yesterday's table made where it is not there yet, and remove old ones. May run at any time and twice."""
    publishing.ask_for_today()
    publishing.forget_old(today=timezone.localdate())
