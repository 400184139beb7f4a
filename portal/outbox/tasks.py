"""Relaying and sealing in the background."""

from celery import shared_task

from portal.outbox import services
from portal.outbox.sealing import seal_pending

RELAY_SECONDS = 60.0


@shared_task(name="portal.outbox.tasks.relay")
def relay() -> None:
    """Run due deliveries, then seal what was recorded. Woken after commits and swept every ten seconds by beat."""
    services.relay(seconds=RELAY_SECONDS)
    seal_pending()
