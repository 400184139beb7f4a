"""Sending in the background, in the queue of long work: an address that does not answer keeps nobody waiting."""

from celery import shared_task
from django.utils import timezone

from portal.outbox.wake import Wake
from portal.webhooks import sending
from portal.webhooks.services import DELIVER

# A task ends after this long and queues up again, so that whatever came in meanwhile gets its turn.
SECONDS = 5.0


@shared_task(name=DELIVER)
def deliver() -> None:
    """Send messages that are due. Woken after commits and swept by beat."""
    if sending.deliver_waiting(seconds=SECONDS):
        Wake(DELIVER)()


@shared_task(name="portal.webhooks.tasks.forget_hooks")
def forget_hooks() -> None:
    """Remove messages older than a month."""
    sending.forget_old(now=timezone.now())
