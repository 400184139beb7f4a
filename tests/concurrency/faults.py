"""Stops a process of the portal at a chosen moment, so that a test can kill it exactly there.

WUWEI_FAULT names the moment. The process says that it has arrived by writing to the file WUWEI_FAULT_FILE and then
waits until it is killed.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery.signals import task_postrun
from django.apps import AppConfig

CLAIMED = "wishes.wish.claimed"


def arrive_and_wait() -> None:
    with Path(os.environ["WUWEI_FAULT_FILE"]).open("a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(600)


def after_commit() -> None:
    """In the web process: the change is committed, and nobody has been asked to tell anybody."""
    from portal.outbox.wake import Wake

    def __call__(self: Wake) -> None:  # noqa: N807 (it takes the place of that method)
        arrive_and_wait()

    Wake.__call__ = __call__  # type: ignore[method-assign]


def after_effect() -> None:
    """In the worker: a handler has done its work, and the transaction is still open."""
    from portal.outbox.models import Delivery

    put_down = Delivery.save

    def save(self: Delivery, *arguments: Any, **options: Any) -> None:
        if self.event.type == CLAIMED and self.state == Delivery.State.DONE:
            arrive_and_wait()
        put_down(self, *arguments, **options)

    Delivery.save = save  # type: ignore[assignment, method-assign]


def after_task() -> None:
    """In the worker: a relay is over and committed, and the queue still thinks it is under way."""

    def ended(task: Any = None, **_: Any) -> None:
        from portal.outbox.models import Delivery

        done = Delivery.objects.filter(event__type=CLAIMED, state=Delivery.State.DONE)
        if task.name == "portal.outbox.tasks.relay" and done.exists():
            arrive_and_wait()

    task_postrun.connect(ended, weak=False)


def after_gateway() -> None:
    """In the worker: the gateway has taken a text message, and nobody has written that down."""
    from portal.notifications import channels

    send = channels.by_sms

    def by_sms(**message: Any) -> str:
        answer = send(**message)
        arrive_and_wait()
        return answer

    channels.by_sms = by_sms


MOMENTS: dict[str, Callable[[], None]] = {
    moment.__name__: moment for moment in (after_commit, after_effect, after_task, after_gateway)
}


class FaultsConfig(AppConfig):
    name = "tests.concurrency"
    label = "faults"

    def ready(self) -> None:
        MOMENTS[os.environ["WUWEI_FAULT"]]()
