"""Events are recorded with the change they tell of, or not at all, and stay as they are."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from portal.outbox import wake
from portal.outbox.models import Delivery, Event, EventText
from portal.outbox.querysets import timeline
from portal.outbox.registry import Visibility
from portal.outbox.services import OutsideTransaction, audit, erase_texts, record
from portal.outbox.wake import Wake
from tests.portal.outbox.factories import PersonFactory, Pinged, ping


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_of_a_transaction_is_refused(pinged: Any) -> None:
    with pytest.raises(OutsideTransaction, match="Pinged"):
        record(Pinged(number=1), subject=PersonFactory())
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_leaves_neither_event_nor_delivery_nor_wake(
    pinged: Any, react: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(Wake, "__call__", lambda self: woken.append(self.task))
    react("tests.any", lambda event, payload: None)
    person = PersonFactory()

    def change_and_fail() -> None:
        with transaction.atomic():
            record(Pinged(number=1), subject=person, text="不算数")
            raise LookupError

    with pytest.raises(LookupError):
        change_and_fail()
    assert not Event.objects.exists()
    assert not Delivery.objects.exists()
    assert woken == []


@pytest.mark.django_db
def test_each_handler_gets_its_own_delivery(pinged: Any, react: Any) -> None:
    react("tests.first", lambda event, payload: None)
    react("tests.second", lambda event, payload: None)
    event = ping(PersonFactory())
    assert sorted(event.deliveries.values_list("handler", flat=True)) == ["tests.first", "tests.second"]


@pytest.mark.django_db
def test_one_transaction_wakes_the_relay_once(
    pinged: Any, react: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(Wake, "__call__", lambda self: woken.append(self.task))
    react("tests.any", lambda event, payload: None)
    person = PersonFactory()
    with django_capture_on_commit_callbacks(execute=True):
        ping(person, 1)
        ping(person, 2)
    assert woken == ["portal.outbox.tasks.relay"]


@pytest.mark.django_db(transaction=True)
def test_a_wake_asked_for_in_a_rolled_back_savepoint_does_not_swallow_the_next(
    pinged: Any, react: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(Wake, "__call__", lambda self: woken.append(self.task))
    react("tests.any", lambda event, payload: None)
    person = PersonFactory()

    def fail_inside() -> None:
        with transaction.atomic():
            record(Pinged(number=1), subject=person)
            raise LookupError

    with transaction.atomic():
        with pytest.raises(LookupError):
            fail_inside()
        record(Pinged(number=2), subject=person)
    assert woken == ["portal.outbox.tasks.relay"]


def test_a_broker_that_does_not_answer_is_not_felt_and_then_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(task: str, **_options: Any) -> None:
        asked.append(task)
        raise ConnectionRefusedError

    monkeypatch.setattr("celery.current_app.send_task", refuse, raising=False)
    monkeypatch.setattr(wake, "_resting_until", 0.0)
    Wake("tests.refused")()
    Wake("tests.refused")()
    assert asked == ["tests.refused"]
    monkeypatch.setattr(wake, "_resting_until", 0.0)
    Wake("tests.refused")()
    assert asked == ["tests.refused"] * 2


def test_a_task_that_waits_to_begin_is_not_woken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda task, **_: asked.append(task), raising=False)
    for name in ("tests.waits", "tests.other"):
        cache.delete(f"woken.{name}")
    Wake("tests.waits")()
    Wake("tests.waits")()
    Wake("tests.other")()
    assert asked == ["tests.waits", "tests.other"]
    # What is committed from now on may have been missed by the task that has just begun.
    wake.begins(task=SimpleNamespace(name="tests.waits"))
    Wake("tests.waits")()
    assert asked == ["tests.waits", "tests.other", "tests.waits"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE portal_event SET occurred_at = now() WHERE id = %s",
        "DELETE FROM portal_event WHERE id = %s",
        "UPDATE portal_eventtext SET text = '改过' WHERE event_id = %s",
    ],
)
def test_postgresql_refuses_to_change_what_happened(pinged: Any, statement: str) -> None:
    event = ping(PersonFactory(), text="原话")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [event.pk])
    event.refresh_from_db()
    assert event.text == "原话"


@pytest.mark.django_db
def test_postgresql_refuses_to_empty_the_log(pinged: Any) -> None:
    ping(PersonFactory())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL wuwei.truncate = 'refused'")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE portal_event CASCADE")
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_the_timeline_shows_the_levels_asked_for_in_order_and_in_one_query(
    pinged: Any, django_assert_num_queries: Any
) -> None:
    person, other = PersonFactory(), PersonFactory()
    late = datetime(2026, 11, 21, 8, tzinfo=UTC)
    early = datetime(2026, 11, 20, 8, tzinfo=UTC)
    with transaction.atomic():
        record(Pinged(number=2), subject=person, actor=other, at=late, text="第二")
        record(Pinged(number=1), subject=person, at=early)
        record(Pinged(number=3), subject=person, visibility=Visibility.INTERNAL)
        audit(Pinged(number=4), subject=person)
        record(Pinged(number=5), subject=other)
    with django_assert_num_queries(1):
        events = list(timeline(person, levels=[Visibility.PUBLIC, Visibility.PARTIES]))
        shown = [(event.payload_object, event.text, event.actor, event.label) for event in events]
    assert shown == [(Pinged(number=1), "", None, "叮"), (Pinged(number=2), "第二", other, "叮")]


@pytest.mark.django_db
def test_words_can_be_erased_while_the_event_stays(pinged: Any) -> None:
    event = ping(PersonFactory(), text="我家住在三单元")
    assert erase_texts(Event.objects.filter(pk=event.pk)) == 1
    again = Event.objects.get(pk=event.pk)
    assert (again.text, again.text_is_erased) == ("", True)
    assert not EventText.objects.exists()


@pytest.mark.django_db
def test_the_same_words_leave_different_fingerprints(pinged: Any) -> None:
    person = PersonFactory()
    assert ping(person, 1, text="好").text_digest != ping(person, 2, text="好").text_digest
