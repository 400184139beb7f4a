"""Relaying and sealing in the background."""

from celery import shared_task
from django.utils import timezone

from portal.outbox import keeping, services
from portal.outbox.sealing import seal_pending
from portal.outbox.wake import RELAY, Wake

# A relay ends after this long and queues up again, so that whatever came in meanwhile gets its turn.
SECONDS = 5.0


@shared_task(name="portal.outbox.tasks.relay")
def relay() -> None:
    """Run due deliveries, then seal what was recorded. Woken after commits and swept every ten seconds by beat."""
    is_more = services.relay(seconds=SECONDS)
    seal_pending()
    if is_more:
        Wake(RELAY)()


@shared_task(name="portal.outbox.tasks.forget_deliveries")
def forget_deliveries() -> None:
    """Remove deliveries done long ago. Hourly by beat; harmless at any time."""
    keeping.forget_deliveries(now=timezone.now())
