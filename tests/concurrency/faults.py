"""Breaks a process of the portal in a chosen way, named by WUWEI_FAULT, to show what its guards are for.

Most ways stop it at a moment, so that a test can kill it exactly there: the process says that it has arrived by
writing to the file WUWEI_FAULT_FILE and then waits until it is killed.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, task_prerun, task_success
from django.apps import AppConfig
from django.conf import settings

CLAIMED = "wishes.wish.claimed"


def wish_id() -> int:
    """The wish whose claim matters; others go their way."""
    return int(os.environ["WUWEI_FAULT_WISH"])


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
    from portal.outbox import services

    mark_done = services._mark_done

    def marking(delivery: Any, now: Any) -> None:
        if delivery.event.type == CLAIMED and delivery.event.subject_id == wish_id():
            arrive_and_wait()
        mark_done(delivery, now)

    services._mark_done = marking


def after_task() -> None:
    """In the worker: a relay is over and committed, and the queue still thinks it is under way."""

    def ended(task: Any = None, **_: Any) -> None:
        from portal.outbox.models import Delivery

        told = Delivery.objects.filter(event__type=CLAIMED, event__subject_id=wish_id())
        finished = told.exists() and not told.exclude(state=Delivery.State.DONE).exists()
        if task.name == "portal.outbox.tasks.relay" and finished:
            arrive_and_wait()

    task_postrun.connect(ended, weak=False)


def after_gateway() -> None:
    """In the worker: the gateway has taken the author's text message, and nobody has written that down."""
    from portal.notifications import channels
    from portal.notifications.domain import Standing
    from portal.notifications.models import ChannelDelivery

    send = channels.by_sms

    def by_sms(**message: Any) -> str:
        answer = send(**message)
        ours = ChannelDelivery.objects.filter(
            notice__kind="wishes.claimed",
            notice__event__subject_id=wish_id(),
            recipient__phone=message["phone"],
            standing=Standing.SENDING,
        )
        if ours.exists():
            arrive_and_wait()
        return answer

    channels.by_sms = by_sms


def unlocked() -> None:
    """In the web process: a wish is read without its lock, and slowly, so that others read it meanwhile."""
    from wishes.wishes.models import Wish
    from wishes.wishes.services import steps

    def locked(wish: Wish) -> Wish:
        found = Wish.objects.select_related("territory", "author").get(pk=wish.pk)
        time.sleep(4)
        return found

    steps.locked = locked


def silent_gateway() -> None:
    """In the worker: the text message gateway is the one at WUWEI_FAULT_GATEWAY, spoken to by its own SDK."""
    settings.ALIBABA_SMS.update(
        {"endpoint": os.environ["WUWEI_FAULT_GATEWAY"], "protocol": "HTTP", "sign_name": "五微"},
        access_key_id="id",
        access_key_secret="secret",
    )


def in_each_task() -> None:
    """In the worker: each task waits to be killed once before it begins, and once when all but the answer is done.

    Only those named by WUWEI_FAULT_TASKS do; the others go their way.
    """
    folder = Path(os.environ["WUWEI_FAULT_FILE"])
    folder.mkdir(exist_ok=True)
    victims = os.environ["WUWEI_FAULT_TASKS"].split(",")

    def stop(moment: str) -> Callable[..., None]:
        def arrived(task: Any = None, **_: Any) -> None:
            if task.name not in victims:
                return
            mark = folder / f"{task.name}.{moment}"
            try:
                mark.touch(exist_ok=False)
            except FileExistsError:
                return  # it has been killed here already
            (folder / f"{task.name}.{moment}.waits").write_text(str(os.getpid()))
            time.sleep(600)

        return arrived

    def succeeded(sender: Any = None, **_: Any) -> None:
        if (folder / f"{sender.name}.after").exists():
            (folder / f"{sender.name}.done").touch()

    task_prerun.connect(stop("before"), weak=False)
    task_success.connect(succeeded, weak=False)
    task_postrun.connect(stop("after"), weak=False)


MOMENTS: dict[str, Callable[[], None]] = {
    moment.__name__: moment
    for moment in (after_commit, after_effect, after_task, after_gateway, unlocked, silent_gateway, in_each_task)
}


class FaultsConfig(AppConfig):
    name = "tests.concurrency"
    label = "faults"

    def ready(self) -> None:
        MOMENTS[os.environ["WUWEI_FAULT"]]()
