"""Waking a task after commit. A wake may be lost at any time: the sweep of beat finds what it would have found."""

import logging
import time
from dataclasses import dataclass
from typing import Any

from celery import current_app
from celery.signals import task_prerun
from django.core.cache import cache
from django.db import connection, transaction

logger = logging.getLogger(__name__)

RELAY = "portal.outbox.tasks.relay"
# After a failure nobody waits for the broker again before this many seconds are over.
REST_SECONDS = 10.0
# So long a task that was woken is taken to be on its way; as long as until the next sweep.
WAITED_FOR = 10
_resting_until = 0.0


@dataclass(frozen=True)
class Wake:
    """A task to be woken; two of the same task are equal, by which a second one is recognised."""

    task: str

    def __call__(self) -> None:
        """Ask a worker, unless one has been asked and has not begun: it will find this change as well.

        The change is already committed, so no failure here may reach the person who made it.
        """
        global _resting_until
        if time.monotonic() < _resting_until or not cache.add(_key(self.task), 1, WAITED_FOR):
            return
        try:
            current_app.send_task(self.task, retry=False, ignore_result=True)
        except Exception as error:
            cache.delete(_key(self.task))
            _resting_until = time.monotonic() + REST_SECONDS
            logger.warning("%s could not be woken (%s); the sweep will do.", self.task, type(error).__name__)


def _key(task: str) -> str:
    return f"woken.{task}"


@task_prerun.connect
def begins(task: Any = None, **_: Any) -> None:
    """From here on a task may have looked before a change is committed, so the next change wakes it again."""
    cache.delete(_key(task.name))


def after_commit(task: str = RELAY) -> None:
    """Wake a task that needs no arguments once the transaction is committed; asked more than once, it is woken once."""
    wake = Wake(task)
    # A wake asked for in a savepoint that was rolled back is no longer in the list.
    if all(entry[1] != wake for entry in connection.run_on_commit):
        transaction.on_commit(wake)
