"""Messages leave at most once, are tried again when they certainly did not leave, and wait for the morning."""

import os
import signal
import smtplib
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from portal.accounts.sms import SmsError
from portal.notifications import channels, sending
from portal.notifications.domain import MAX_ATTEMPTS, SHANGHAI, Standing
from portal.notifications.models import ChannelDelivery, QuietHours
from portal.notifications.sending import STALE, give_up_stale, send_waiting
from portal.notifications.services import mark_read, resend
from portal.outbox.models import Event
from tests.portal.notifications.conftest import NOON
from tests.portal.notifications.factories import PersonFactory, tell


def send() -> int:
    return send_waiting(in_bulk=False, seconds=20)


def rows(channel: str = "sms") -> Any:
    return ChannelDelivery.objects.filter(channel=channel)


@pytest.mark.django_db
def test_a_notice_leaves_by_text_message_and_mail(noon: Any, sms: Any, settings: Any) -> None:
    settings.SITE_URL = "https://wuwei.example/"
    person = PersonFactory()
    (notice,) = tell(person)
    send()
    assert [(message.phone, message.kind.name) for message in sms.outbox] == [(person.phone, "notice")]
    assert sms.outbox[0].values == {"title": notice.title}
    assert [(message.to, message.subject) for message in mail.outbox] == [([person.email], "有人来帮您了")]
    assert "李师傅 认领了“修水管”。" in mail.outbox[0].body
    assert "https://wuwei.example/wishes/1/" in mail.outbox[0].body
    text, letter = rows().get(), rows("email").get()
    assert (text.standing, text.provider_id) == (Standing.SENT, "1")
    assert (letter.standing, letter.provider_id) == (Standing.SENT, mail.outbox[0].extra_headers["Message-ID"])
    assert str(letter.token) in letter.provider_id
    assert send() == 0


@pytest.mark.django_db
def test_a_notice_already_read_needs_no_text_message(noon: Any, sms: Any) -> None:
    person = PersonFactory()
    (notice,) = tell(person)
    mark_read(actor=person, notice=notice)
    send()
    assert (sms.outbox, mail.outbox) == ([], [])
    assert rows().get().standing == Standing.SKIPPED


@pytest.mark.django_db
def test_a_busy_gateway_is_tried_again_later_and_in_the_end_a_person_has_to_look(noon: Any, sms: Any) -> None:
    tell(PersonFactory(email=""))
    sms.failing = SmsError("busy", code="Throttling.User", retryable=True)
    send()
    row = rows().get()
    assert (row.standing, row.attempts, row.detail) == (Standing.WAITING, 1, "Throttling.User")
    assert row.next_attempt_at > timezone.now()
    for _ in range(MAX_ATTEMPTS):
        rows().update(next_attempt_at=timezone.now())
        send()
    row = rows().get()
    assert (row.standing, row.attempts) == (Standing.DEAD, MAX_ATTEMPTS)
    assert sms.outbox == []


@pytest.mark.django_db
def test_a_refused_number_is_not_tried_again(noon: Any, sms: Any) -> None:
    tell(PersonFactory(email=""))
    sms.failing = SmsError("no such number", code="isv.MOBILE_NUMBER_ILLEGAL")
    send()
    assert rows().get().standing == Standing.FAILED


@pytest.mark.django_db
def test_silence_after_a_connection_is_not_tried_again_but_no_connection_is(noon: Any, sms: Any) -> None:
    tell(PersonFactory(email=""))
    silent = SmsError("timed out", code="no_answer", retryable=True)
    sms.failing = silent
    send()
    assert rows().get().standing == Standing.UNKNOWN

    tell(PersonFactory(email=""))
    refused = SmsError("refused", code="no_answer", retryable=True)
    refused.__cause__ = ConnectionRefusedError()
    sms.failing = refused
    send()
    assert rows().latest("pk").standing == Standing.WAITING


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "standing"),
    [
        (smtplib.SMTPRecipientsRefused({"a@example.com": (550, b"no such user")}), Standing.FAILED),
        (smtplib.SMTPRecipientsRefused({"a@example.com": (451, b"greylisted")}), Standing.WAITING),
        (smtplib.SMTPDataError(554, b"no"), Standing.FAILED),
        (smtplib.SMTPConnectError(421, b"busy"), Standing.WAITING),
        (smtplib.SMTPServerDisconnected("gone"), Standing.UNKNOWN),
        (ConnectionRefusedError(), Standing.WAITING),
        (TimeoutError(), Standing.UNKNOWN),
    ],
)
def test_what_a_mail_server_says_decides(
    noon: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, standing: Standing
) -> None:
    def refuse(self: Any, fail_silently: bool = False) -> int:
        raise error

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    tell(PersonFactory(phone=None, username="mail-only"))
    send()
    assert rows("email").get().standing == standing


@pytest.mark.django_db
def test_nights_are_quiet_except_for_urgent_things(noon: Any, sms: Any) -> None:
    noon.move_to(NOON.replace(hour=22))
    person = PersonFactory(email="")
    tell(person)
    tell(person, kind="tests.urgent")
    send()
    assert len(sms.outbox) == 1
    noon.move_to(NOON.replace(hour=7, minute=59) + timedelta(days=1))
    send()
    assert len(sms.outbox) == 1
    noon.move_to(NOON.replace(hour=8) + timedelta(days=1))
    send()
    assert len(sms.outbox) == 2


@pytest.mark.django_db
def test_a_message_that_comes_due_late_in_the_evening_waits_too(noon: Any, sms: Any) -> None:
    person = PersonFactory(email="")
    QuietHours.objects.create(user=person, starts="12:30", ends="14:00")
    tell(person)
    noon.move_to(NOON.replace(hour=13))
    send()
    assert sms.outbox == []
    assert rows().get().next_attempt_at == NOON.replace(hour=14).astimezone(SHANGHAI)


def mark(**_values: Any) -> str:
    """A gateway that takes a while and counts."""
    time.sleep(0.01)
    SENT.append(1)
    return "x"


SENT: list[int] = []


def send_in_threads(count: int) -> None:
    barrier = threading.Barrier(count)

    def work() -> None:
        barrier.wait()
        send()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_send_each_message_once(monkeypatch: pytest.MonkeyPatch) -> None:
    SENT.clear()
    monkeypatch.setattr(channels, "by_sms", mark)
    tell(*PersonFactory.create_batch(20, email=""), kind="tests.urgent")
    send_in_threads(4)
    assert len(SENT) == 20
    assert rows().filter(standing=Standing.SENT).count() == 20


@pytest.mark.django_db(transaction=True)
def test_without_the_claim_the_same_workers_send_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control: the test above would notice."""
    SENT.clear()

    def claim_nothing(model: Any, *, in_bulk: bool, now: Any) -> Any:
        row = model.objects.filter(standing=Standing.WAITING).order_by("pk").first()
        if row:
            row.standing = Standing.SENDING
        return row

    def settle_plainly(row: Any, standing: Any, provider_id: str, detail: str, *, now: Any) -> None:
        type(row).objects.filter(pk=row.pk).update(standing=standing)

    monkeypatch.setattr(channels, "by_sms", mark)
    monkeypatch.setattr(sending, "_claim", claim_nothing)
    monkeypatch.setattr(sending, "_settle", settle_plainly)
    tell(*PersonFactory.create_batch(20, email=""), kind="tests.urgent")
    send_in_threads(4)
    assert len(SENT) > 20


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_while_sending_never_tells_twice(monkeypatch: pytest.MonkeyPatch, sms: Any) -> None:
    def leave_and_die(**_values: Any) -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return ""

    tell(PersonFactory(email=""), kind="tests.urgent")
    connection.close()
    child = os.fork()
    if child == 0:
        channels.by_sms = leave_and_die
        send()
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    row = rows().get()
    assert row.standing == Standing.SENDING
    assert (send(), sms.outbox) == (0, [])

    assert give_up_stale() == 0
    assert give_up_stale(now=timezone.now() + STALE + timedelta(seconds=1)) == 1
    assert (send(), sms.outbox) == (0, [])
    assert rows().get().standing == Standing.UNKNOWN

    administrator = PersonFactory()
    resend(actor=administrator, delivery=row)
    send()
    assert len(sms.outbox) == 1
    assert Event.objects.get(type="notifications.delivery.resent").actor == administrator
