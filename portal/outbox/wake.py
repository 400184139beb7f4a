"""Waking the relay after commit. A wake may be lost at any time: the sweep of beat finds what it would have found."""

import logging
import time

from celery import current_app
from django.db import connection, transaction

logger = logging.getLogger(__name__)

RELAY_TASK = "portal.outbox.tasks.relay"
# After a failure nobody waits for the broker again before this many seconds are over.
REST_SECONDS = 10.0
_resting_until = 0.0


def after_commit() -> None:
    """Wake the relay once the current transaction is committed; asked more than once, it is woken once."""
    alive = set(connection.savepoint_ids)
    for savepoints, callback, _robust in connection.run_on_commit:
        # One that belongs to a savepoint may be rolled back with it, and counts only for those inside of it.
        if callback is publish and savepoints <= alive:
            return
    transaction.on_commit(publish, robust=True)


def publish() -> None:
    """Ask a worker to relay. The change is already committed, so no failure here may reach the person who made it."""
    global _resting_until
    if time.monotonic() < _resting_until:
        return
    try:
        current_app.send_task(RELAY_TASK, retry=False, ignore_result=True)
    except Exception as error:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("The relay could not be woken (%s); the sweep will find the events.", type(error).__name__)
