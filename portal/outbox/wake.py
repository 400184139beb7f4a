"""Waking a task after commit. A wake may be lost at any time: the sweep of beat finds what it would have found."""

import logging
import time
from dataclasses import dataclass

from celery import current_app
from django.db import connection, transaction

logger = logging.getLogger(__name__)

RELAY = "portal.outbox.tasks.relay"
# After a failure nobody waits for the broker again before this many seconds are over.
REST_SECONDS = 10.0
_resting_until = 0.0


@dataclass(frozen=True)
class Wake:
    """A task to be woken; two of the same task are equal, by which a second one is recognised."""

    task: str

    def __call__(self) -> None:
        """Ask a worker. The change is already committed, so no failure here may reach the person who made it."""
        global _resting_until
        if time.monotonic() < _resting_until:
            return
        try:
            current_app.send_task(self.task, retry=False, ignore_result=True)
        except Exception as error:
            _resting_until = time.monotonic() + REST_SECONDS
            logger.warning("%s could not be woken (%s); the sweep will do.", self.task, type(error).__name__)


def after_commit(task: str = RELAY) -> None:
    """Wake a task that needs no arguments once the transaction is committed; asked more than once, it is woken once."""
    wake = Wake(task)
    # A wake asked for in a savepoint that was rolled back is no longer in the list.
    if all(entry[1] != wake for entry in connection.run_on_commit):
        transaction.on_commit(wake)
