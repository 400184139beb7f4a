"""Sending in the background. `send_now` runs in the queue of single messages, everything else in the bulk queue."""

from celery import shared_task

from portal.notifications import digests, sending
from portal.notifications.fan_out import fan_out_part
from portal.notifications.services import FAN_OUT, SEND_BULK, SEND_NOW
from portal.outbox.wake import Wake

NOW_SECONDS = 60.0
# A worker that serves both queues turns to single messages at least this often.
BULK_SECONDS = 5.0


@shared_task(name=SEND_NOW)
def send_now() -> None:
    """Send single messages that are due."""
    sending.give_up_stale()
    sending.send_waiting(in_bulk=False, seconds=NOW_SECONDS)


@shared_task(name=SEND_BULK)
def send_bulk() -> None:
    """Send digests and messages of fan-outs for a while, then queue up again."""
    if sending.send_waiting(in_bulk=True, seconds=BULK_SECONDS):
        Wake(SEND_BULK)()


@shared_task(name=FAN_OUT)
def fan_out() -> None:
    """Tell the next thousand people of an open fan-out, then queue up again for the rest."""
    if fan_out_part():
        Wake(FAN_OUT)()


@shared_task(name="portal.notifications.tasks.gather")
def gather() -> None:
    """Make the digests that are due."""
    digests.assemble_due()
