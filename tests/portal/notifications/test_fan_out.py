"""Telling very many people holds up nobody, survives interruptions and tells nobody twice."""

import threading
from typing import Any

import pytest
from django.db import connection

from portal.accounts.models import User
from portal.notifications import fan_out as fan_out_module
from portal.notifications import services
from portal.notifications.domain import Standing
from portal.notifications.fan_out import fan_out_part
from portal.notifications.models import ChannelDelivery, FanOut, Notice
from portal.notifications.sending import send_waiting
from portal.notifications.services import notify
from tests.portal.notifications.factories import PersonFactory, helped, tell

CROWD = 100_000
FEW = 50


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with fifty for five hundred, and twenty a time for a thousand."""
    monkeypatch.setattr(services, "FAN_OUT_ABOVE", FEW)
    monkeypatch.setattr(fan_out_module, "PART", 20)


def crowd(count: int) -> list[int]:
    """Very many people, copied from one inside of the database."""
    one = PersonFactory(email="", username=None)
    columns = [str(field.column) for field in User._meta.concrete_fields]
    names = ", ".join(column for column in columns if column not in ("id", "phone"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO portal_user (phone, {names}) "
            f"SELECT '+86155' || lpad(n::text, 8, '0'), {names} FROM portal_user, generate_series(1, %s) AS n "
            "WHERE id = %s RETURNING id",
            [count, one.pk],
        )
        return [row[0] for row in cursor.fetchall()]


def tell_all(people: list[int], kind: str = "tests.urgent") -> int:
    event = helped(PersonFactory(email=""))
    return notify(event=event, kind=kind, recipients=people, params={"who": "社区"}, url="/")


@pytest.mark.django_db(transaction=True)
def test_a_single_message_arrives_while_a_hundred_thousand_are_being_told(sms: Any) -> None:
    people = crowd(CROWD)
    assert tell_all(people, kind="tests.inbox") == CROWD
    assert not Notice.objects.filter(kind="tests.inbox").exists()
    under_way, stop = threading.Event(), threading.Event()

    def bulk_worker() -> None:
        while fan_out_part() and not stop.is_set():
            under_way.set()
        connection.close()

    worker = threading.Thread(target=bulk_worker)
    worker.start()
    assert under_way.wait(30)
    (notice,) = tell(PersonFactory(email=""), kind="tests.urgent")
    send_waiting(in_bulk=False, seconds=10)
    job = FanOut.objects.get()
    assert len(sms.outbox) == 1
    assert notice.deliveries.get().standing == Standing.SENT
    assert 0 < job.cursor < CROWD, "the fan-out was still under way"
    worker.join()
    job.refresh_from_db()
    assert job.done_at is not None
    assert (job.recipients, job.params) == ([], {})
    assert Notice.objects.filter(kind="tests.inbox").count() == CROWD


@pytest.mark.django_db
def test_few_are_told_at_once_and_many_by_parts(small: None) -> None:
    people = crowd(FEW + 1)
    tell_all(people[:FEW])
    assert Notice.objects.count() == FEW
    assert not FanOut.objects.exists()

    Notice.objects.all().delete()
    tell_all(people)
    assert not Notice.objects.exists()
    reached = []
    while fan_out_part():
        reached.append(Notice.objects.count())
    assert reached == [20, 40, FEW + 1]
    assert set(ChannelDelivery.objects.values_list("in_bulk", flat=True)) == {True}


@pytest.mark.django_db
def test_messages_of_a_fan_out_are_not_in_the_queue_of_single_ones(small: None, sms: Any) -> None:
    people = crowd(FEW + 1)
    tell_all(people)
    while fan_out_part():
        pass
    assert send_waiting(in_bulk=False, seconds=10) == 0
    assert send_waiting(in_bulk=True, seconds=30) == len(people)
    assert len(sms.outbox) == len({message.phone for message in sms.outbox}) == len(people)


@pytest.mark.django_db
def test_an_interrupted_part_is_done_again_and_nobody_is_told_twice(small: None) -> None:
    people = crowd(FEW + 1)
    tell_all(people)
    fan_out_part()
    # A part whose notices are there although its cursor is not: written by hand, since both are one transaction.
    FanOut.objects.update(cursor=0)
    while fan_out_part():
        pass
    assert Notice.objects.count() == len(people)
    assert ChannelDelivery.objects.count() == len(people)


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_jobs(small: None) -> None:
    people = crowd(FEW + 1)
    tell_all(people, kind="tests.inbox")
    tell_all(people, kind="tests.inbox")

    def work() -> None:
        while FanOut.objects.filter(done_at=None).exists():
            fan_out_part()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Notice.objects.count() == 2 * len(people)


@pytest.mark.django_db
def test_a_fan_out_that_fails_does_not_block_the_next(small: None) -> None:
    people = crowd(FEW + 1)
    tell_all(people)
    tell_all(people)
    broken = FanOut.objects.earliest("pk")
    FanOut.objects.filter(pk=broken.pk).update(kind="tests.gone")
    while fan_out_part():
        pass
    assert list(FanOut.objects.order_by("pk").values_list("failures", "cursor")) == [(1, 0), (0, len(people))]
