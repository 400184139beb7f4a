"""Each handler takes effect exactly once per event, whoever relays and whatever dies."""

import os
import signal
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.accounts.models import User
from portal.errors import Conflict
from portal.outbox import services
from portal.outbox.models import Delivery, Event
from portal.outbox.services import MAX_ATTEMPTS, backoff, drain, relay, retry_delivery
from portal.outbox.wake import Wake
from tests.portal.outbox.factories import PersonFactory, Pinged, ping


def leave_a_mark(event: Event, payload: Pinged) -> None:
    """An effect in the database that a second run would double."""
    User.objects.create_user(username=f"{payload.number}-{time.monotonic_ns()}-{threading.get_ident()}")
    time.sleep(0.01)


def marks() -> list[int]:
    names = User.objects.exclude(username=None).values_list("username", flat=True)
    return sorted(int(name.partition("-")[0]) for name in names if name)


def relay_in_threads(count: int) -> None:
    barrier = threading.Barrier(count)

    def work() -> None:
        barrier.wait()
        try:
            relay(seconds=20)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_relays_at_the_same_time_run_each_handler_once(react: Any) -> None:
    react("tests.mark", leave_a_mark)
    person = PersonFactory()
    for number in range(20):
        ping(person, number)
    relay_in_threads(4)
    assert marks() == list(range(20))
    assert not Delivery.objects.exclude(state=Delivery.State.DONE).exists()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_relays_run_handlers_twice(react: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control: the test above would notice."""

    def claim_without_lock(now: Any) -> Delivery | None:
        due = Delivery.objects.filter(state=Delivery.State.PENDING, next_attempt_at__lte=now)
        return due.select_related("event").order_by("event_id", "id").first()

    monkeypatch.setattr(services, "_claim", claim_without_lock)
    react("tests.mark", leave_a_mark)
    person = PersonFactory()
    for number in range(20):
        ping(person, number)
    relay_in_threads(4)
    assert len(marks()) > 20


@pytest.mark.django_db(transaction=True)
def test_a_relay_killed_between_effect_and_commit_leaves_neither(react: Any) -> None:
    def mark_and_die(event: Event, payload: Pinged) -> None:
        leave_a_mark(event, payload)
        os.kill(os.getpid(), signal.SIGKILL)

    react("tests.mark", mark_and_die)
    ping(PersonFactory())
    connection.close()
    child = os.fork()
    if child == 0:
        relay(seconds=5)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert marks() == []
    assert Delivery.objects.get().state == Delivery.State.PENDING


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_between_commit_and_wake_loses_nothing(react: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    react("tests.mark", leave_a_mark)
    person = PersonFactory()
    connection.close()
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(Wake, "__call__", lambda self: os.kill(os.getpid(), signal.SIGKILL))
        ping(person, 7)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert marks() == []
    relay(seconds=5)
    relay(seconds=5)
    assert marks() == [7]


@pytest.mark.django_db
def test_a_failing_handler_is_undone_put_off_and_holds_up_nobody(react: Any) -> None:
    def mark_and_fail(event: Event, payload: Pinged) -> None:
        leave_a_mark(event, payload)
        raise ValueError("张三住在三单元")

    react("tests.bad", mark_and_fail)
    react("tests.good", lambda event, payload: None)
    ping(PersonFactory())
    before = timezone.now()
    relay(seconds=5)
    bad = Delivery.objects.get(handler="tests.bad")
    assert marks() == []
    assert Delivery.objects.get(handler="tests.good").state == Delivery.State.DONE
    assert (bad.state, bad.attempts) == (Delivery.State.PENDING, 1)
    assert bad.last_error == "builtins.ValueError"
    assert before + timedelta(seconds=4) <= bad.next_attempt_at <= timezone.now() + timedelta(seconds=6)


@pytest.mark.django_db
def test_after_the_last_attempt_a_person_has_to_look_and_can_send_it_round_again(react: Any) -> None:
    react("tests.bad", lambda event, payload: 1 / 0)
    ping(PersonFactory())
    for _ in range(MAX_ATTEMPTS + 2):
        Delivery.objects.update(next_attempt_at=timezone.now())
        relay(seconds=5)
    dead = Delivery.objects.get()
    assert (dead.state, dead.attempts) == (Delivery.State.DEAD, MAX_ATTEMPTS)

    administrator = PersonFactory()
    retry_delivery(actor=administrator, delivery=dead)
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (Delivery.State.PENDING, 0)
    told = Event.objects.get(type="outbox.delivery.retried")
    assert (told.actor, told.visibility, told.payload["handler"]) == (administrator, "audit", "tests.bad")
    with pytest.raises(Conflict):
        retry_delivery(actor=administrator, delivery=dead)


@pytest.mark.django_db
def test_a_handler_that_is_gone_ends_up_dead_and_not_lost(react: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    react("tests.gone", lambda event, payload: None)
    ping(PersonFactory())
    monkeypatch.setattr("portal.outbox.registry._handlers", {})
    relay(seconds=5)
    assert Delivery.objects.get().last_error == "portal.outbox.registry.UnknownHandler"


@pytest.mark.django_db
def test_drain_also_runs_what_handlers_record_and_raises_their_errors(react: Any) -> None:
    def once_more(event: Event, payload: Pinged) -> None:
        if payload.number < 3:
            ping(PersonFactory(), payload.number + 1)

    react("tests.chain", once_more)
    ping(PersonFactory(), 1)
    assert drain() == 3
    react("tests.bad", lambda event, payload: 1 / 0)
    ping(PersonFactory(), 9)
    with pytest.raises(ZeroDivisionError):
        drain()


def test_attempts_are_spread_ever_wider_up_to_an_hour() -> None:
    assert timedelta(seconds=4) <= backoff(1) <= timedelta(seconds=6)
    assert timedelta(seconds=32) <= backoff(4) <= timedelta(seconds=48)
    assert timedelta(minutes=48) <= backoff(500) <= timedelta(minutes=72)
