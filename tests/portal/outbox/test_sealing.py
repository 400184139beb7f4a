"""Whoever changes the log behind the portal's back is found out."""

import threading
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from portal.outbox.models import Event, Seal, Unsealed
from portal.outbox.sealing import seal_pending, verify
from portal.outbox.services import erase_texts, record
from tests.portal.outbox.factories import PersonFactory, Pinged, ping

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(pinged: Any) -> list[Event]:
    """Five sealed events."""
    person = PersonFactory()
    events = [ping(person, number, actor=person, text=f"第{number}句") for number in range(1, 6)]
    assert seal_pending() == 5
    return events


def tamper(statement: str, *parameters: Any) -> None:
    """What somebody with the database's master key could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_an_untouched_chain_holds(chain: list[Event]) -> None:
    verdict = verify()
    assert (verdict.count, verdict.fault) == (5, None)
    assert not Unsealed.objects.exists()


def test_erased_words_leave_the_chain_whole(chain: list[Event]) -> None:
    erase_texts(Event.objects.filter(pk=chain[2].pk))
    assert verify().fault is None


def test_what_is_not_sealed_yet_is_no_fault(chain: list[Event]) -> None:
    ping(PersonFactory())
    assert verify().fault is None
    assert seal_pending() == 1
    assert verify().count == 6


ALTERATIONS: dict[str, Callable[[list[Event]], None]] = {
    "payload": lambda chain: tamper("UPDATE portal_event SET payload = '{\"number\": 7}' WHERE id = %s", chain[2].pk),
    "actor": lambda chain: tamper("UPDATE portal_event SET actor_id = NULL WHERE id = %s", chain[2].pk),
    "time": lambda chain: tamper(
        "UPDATE portal_event SET occurred_at = occurred_at - interval '1 s' WHERE id = %s", chain[2].pk
    ),
    "visibility": lambda chain: tamper("UPDATE portal_event SET visibility = 'audit' WHERE id = %s", chain[2].pk),
    "words": lambda chain: tamper("UPDATE portal_eventtext SET text = '改过' WHERE event_id = %s", chain[2].pk),
    "seal": lambda chain: tamper("UPDATE portal_seal SET digest = repeat('a', 64) WHERE sequence = 3"),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_an_altered_row_is_named(chain: list[Event], what: str) -> None:
    ALTERATIONS[what](chain)
    fault = verify().fault
    assert fault is not None
    assert fault.sequence == 3


def test_a_removed_event_is_missed(chain: list[Event]) -> None:
    for table, column in (("portal_eventtext", "event_id"), ("portal_seal", "event_id"), ("portal_event", "id")):
        tamper(f"DELETE FROM {table} WHERE {column} = %s", chain[2].pk)
    fault = verify().fault
    assert fault is not None
    assert (fault.sequence, fault.reason) == (3, "a seal is missing")


def test_a_removed_event_whose_seal_was_left_is_missed(chain: list[Event]) -> None:
    tamper("DELETE FROM portal_eventtext WHERE event_id = %s", chain[2].pk)
    tamper("DELETE FROM portal_event WHERE id = %s", chain[2].pk)
    fault = verify().fault
    assert fault is not None
    assert fault.sequence == 3
    # The constraint would stop the test's own tidying up.
    tamper("DELETE FROM portal_seal WHERE event_id = %s", chain[2].pk)


def test_an_event_slipped_in_without_a_seal_is_found(chain: list[Event]) -> None:
    smuggled = Event.objects.create(type="tests.pinged", subject_type="portal.user", subject_id=1, visibility="public")
    fault = verify().fault
    assert fault is not None
    assert fault.event_id == smuggled.pk


def test_a_seal_slipped_in_is_found(chain: list[Event]) -> None:
    smuggled = Event.objects.create(type="tests.pinged", subject_type="portal.user", subject_id=1, visibility="public")
    for sequence in (5, 4):
        tamper("UPDATE portal_seal SET sequence = %s WHERE sequence = %s", sequence + 1, sequence)
    third = Seal.objects.get(sequence=3)
    Seal.objects.create(sequence=4, event=smuggled, previous=third.digest, digest="b" * 64, sealed_at=third.sealed_at)
    fault = verify().fault
    assert fault is not None
    assert fault.sequence == 4


def test_reordered_seals_are_found(chain: list[Event]) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        tamper("UPDATE portal_seal SET sequence = %s WHERE sequence = %s", new, old)
    fault = verify().fault
    assert fault is not None
    assert fault.sequence == 2


def test_a_chain_cut_at_its_end_is_found_by_a_head_noted_earlier(chain: list[Event]) -> None:
    head = verify().head
    for table, column in (("portal_eventtext", "event_id"), ("portal_seal", "event_id"), ("portal_event", "id")):
        tamper(f"DELETE FROM {table} WHERE {column} = %s", chain[4].pk)
    assert verify().fault is None
    with pytest.raises(CommandError, match="the end of the chain is missing"):
        call_command("verify_audit", expect=f"5:{head}", stdout=StringIO())


def test_the_command_counts_and_points_at_the_first_fault(chain: list[Event]) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue().startswith(f"5 seals hold. Head: 5:{Seal.objects.get(sequence=5).digest}")
    tamper("UPDATE portal_event SET subject_id = 0 WHERE id = %s", chain[1].pk)
    with pytest.raises(CommandError, match=f"BROKEN at seal 2, event {chain[1].pk}") as caught:
        call_command("verify_audit", stdout=StringIO())
    assert caught.value.returncode == 1


def test_a_seal_cannot_be_changed_from_within(chain: list[Event]) -> None:
    from django.db import DatabaseError

    with pytest.raises(DatabaseError), transaction.atomic():
        Seal.objects.filter(sequence=1).update(digest="c" * 64)


@pytest.mark.django_db(transaction=True)
def test_an_event_that_commits_late_with_a_lower_id_is_sealed_after_its_elders(pinged: Any) -> None:
    person = PersonFactory()
    recorded, finish = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record(Pinged(number=1), subject=person)
            recorded.set()
            finish.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    recorded.wait(10)
    quick = ping(person, 2)
    assert seal_pending() == 1
    finish.set()
    thread.join()
    assert seal_pending() == 1
    assert list(Seal.objects.order_by("sequence").values_list("event__payload__number", flat=True)) == [2, 1]
    assert Event.objects.order_by("pk").first() != quick
    assert verify().fault is None


@pytest.mark.django_db(transaction=True)
def test_sealers_at_the_same_time_make_one_chain(pinged: Any) -> None:
    person = PersonFactory()
    for number in range(30):
        ping(person, number)
    barrier = threading.Barrier(3)

    def work() -> None:
        barrier.wait()
        seal_pending()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_pending()
    assert (verify().count, verify().fault) == (30, None)
