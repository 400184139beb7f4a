"""Bulk work leaves room for single messages, however often it is woken."""

import threading
from typing import Any

import pytest
from django.db import connection

from portal.notifications import services, tasks
from portal.notifications.models import FanOut, Notice
from portal.outbox.wake import Wake
from tests.portal.notifications.factories import PersonFactory, tell


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    tasks_woken: list[str] = []
    monkeypatch.setattr(Wake, "__call__", lambda self: tasks_woken.append(self.task))
    return tasks_woken


@pytest.mark.django_db(transaction=True)
def test_only_one_bulk_task_is_at_work(woken: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    inside, leave = threading.Event(), threading.Event()
    entered = []

    def slow() -> bool:
        entered.append(1)
        inside.set()
        leave.wait(10)
        return False

    def work() -> None:
        tasks.bulk()
        connection.close()

    monkeypatch.setattr(tasks, "fan_out_part", slow)
    first = threading.Thread(target=work)
    first.start()
    assert inside.wait(10)
    second = threading.Thread(target=work)
    second.start()
    second.join(10)
    assert not second.is_alive()
    leave.set()
    first.join()
    assert entered == [1]
    tasks.bulk()
    assert entered == [1, 1], "the lock was let go"
    assert woken == []


@pytest.mark.django_db
def test_a_fan_out_goes_on_until_everybody_is_told_and_sent_to(
    woken: list[str], monkeypatch: pytest.MonkeyPatch, sms: Any
) -> None:
    monkeypatch.setattr(services, "FAN_OUT_ABOVE", 2)
    people = PersonFactory.create_batch(3, email="")
    event = tell(*people[:1], kind="tests.inbox")[0].event
    services.notify(event=event, kind="tests.urgent", recipients=[person.pk for person in people], params={}, url="/")
    tasks.bulk()
    assert woken == [services.BULK]
    tasks.bulk()
    assert woken == [services.BULK], "nothing was left to queue up for"
    assert FanOut.objects.get().done_at is not None
    assert Notice.objects.filter(kind="tests.urgent").count() == len(sms.outbox) == 3
