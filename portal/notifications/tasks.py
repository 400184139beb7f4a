"""Sending in the background: single messages in the queue `now`, fan-outs and digests in the queue `bulk`."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task
from django.db import connection
from django.utils import timezone

from portal.notifications import digests, keeping, sending
from portal.notifications.fan_out import fan_out_part
from portal.notifications.services import BULK, SEND_NOW
from portal.outbox.wake import Wake

# A task ends after this long and queues up again, so that whatever came in meanwhile gets its turn.
SECONDS = 5.0
# Held by the one bulk task at work; the number says nothing, it only has to be its own.
BULK_LOCK = 5_205_002


@shared_task(name=SEND_NOW)
def send_now() -> None:
    """Send single messages that are due."""
    sending.give_up_stale()
    if sending.send_waiting(in_bulk=False, seconds=SECONDS):
        Wake(SEND_NOW)()


@shared_task(name=BULK)
def bulk() -> None:
    """Tell the next thousand people of an open fan-out, send what fan-outs and digests have waiting, queue up again.

    Only one runs at a time, whatever woke it: the other processes of the worker stay free for single messages.
    """
    with _alone() as is_alone:
        is_more = is_alone and (fan_out_part() | (sending.send_waiting(in_bulk=True, seconds=SECONDS) > 0))
    if is_more:
        Wake(BULK)()


@shared_task(name="portal.notifications.tasks.gather")
def gather() -> None:
    """Make the digests that are due."""
    digests.assemble_due()


@shared_task(name="portal.notifications.tasks.forget_notices")
def forget_notices() -> None:
    """Remove notices read long ago. Hourly by beat; harmless at any time."""
    keeping.forget_notices(now=timezone.now())


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is in here; PostgreSQL lets go of the lock when the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [BULK_LOCK])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [BULK_LOCK])
