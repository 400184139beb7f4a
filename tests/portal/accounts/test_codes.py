"""Six digits, five minutes, one use, five guesses."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from portal.accounts import codes
from portal.accounts.codes import CodeDead, CodeNotSent, check_code, forget_old_codes, send_code
from portal.accounts.models import PhoneCode
from portal.accounts.sms.base import Receipt, SmsError, TextMessage
from portal.accounts.sms.memory import Backend
from portal.errors import Invalid

PHONE = "+8613812345678"
ENTER = PhoneCode.Purpose.ENTER

pytestmark = pytest.mark.django_db


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_is_six_digits_and_only_its_digest_is_kept(
    texts: list[TextMessage], last_code: Callable[[], str]
) -> None:
    row = send_code(phone=PHONE, purpose=ENTER)
    code = last_code()
    assert len(code) == 6
    assert texts[0].phone == PHONE
    assert "5 分钟" in texts[0].text
    assert code not in repr(PhoneCode.objects.filter(pk=row.pk).values().get())


def test_the_right_code_proves_the_number_once(last_code: Callable[[], str]) -> None:
    row = send_code(phone=PHONE, purpose=ENTER)
    assert check_code(code_id=str(row.pk), typed=last_code(), purpose=ENTER) == PHONE
    with pytest.raises(CodeDead):
        check_code(code_id=str(row.pk), typed=last_code(), purpose=ENTER)


def test_spaces_and_full_width_digits_are_forgiven(last_code: Callable[[], str]) -> None:
    row = send_code(phone=PHONE, purpose=ENTER)
    code = last_code()
    typed = f" {code[:3]} {code[3:]} ".translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert check_code(code_id=str(row.pk), typed=typed, purpose=ENTER) == PHONE


def test_a_code_lives_five_minutes(last_code: Callable[[], str]) -> None:
    now = timezone.now()
    row = send_code(phone=PHONE, purpose=ENTER, now=now)
    with pytest.raises(CodeDead):
        check_code(code_id=str(row.pk), typed=last_code(), purpose=ENTER, now=now + dt.timedelta(minutes=5))
    just_before = now + dt.timedelta(minutes=4, seconds=59)
    assert check_code(code_id=str(row.pk), typed=last_code(), purpose=ENTER, now=just_before) == PHONE


def test_the_sixth_guess_is_too_late_even_when_right(last_code: Callable[[], str]) -> None:
    row = send_code(phone=PHONE, purpose=ENTER)
    code = last_code()
    for left in (4, 3, 2, 1):
        with pytest.raises(Invalid, match=str(left)) as refusal:
            check_code(code_id=str(row.pk), typed=wrong(code), purpose=ENTER)
        assert refusal.value.code == "code_wrong"
    with pytest.raises(CodeDead):
        check_code(code_id=str(row.pk), typed=wrong(code), purpose=ENTER)
    with pytest.raises(CodeDead):
        check_code(code_id=str(row.pk), typed=code, purpose=ENTER)


def test_the_fifth_guess_still_counts_when_right(last_code: Callable[[], str]) -> None:
    row = send_code(phone=PHONE, purpose=ENTER)
    for _guess in range(4):
        with pytest.raises(Invalid):
            check_code(code_id=str(row.pk), typed=wrong(last_code()), purpose=ENTER)
    assert check_code(code_id=str(row.pk), typed=last_code(), purpose=ENTER) == PHONE


def test_a_code_serves_only_its_purpose(last_code: Callable[[], str]) -> None:
    row = send_code(phone=PHONE, purpose=ENTER)
    with pytest.raises(CodeDead):
        check_code(code_id=str(row.pk), typed=last_code(), purpose=PhoneCode.Purpose.CHANGE)


def test_sending_again_kills_the_code_of_the_same_session_and_no_other(last_code: Callable[[], str]) -> None:
    mine = send_code(phone=PHONE, purpose=ENTER)
    first = last_code()
    strangers = send_code(phone=PHONE, purpose=ENTER)
    assert check_code(code_id=str(mine.pk), typed=first, purpose=ENTER) == PHONE
    send_code(phone=PHONE, purpose=ENTER, replaces=str(strangers.pk))
    assert not PhoneCode.objects.filter(pk=strangers.pk).exists()


def test_a_failing_gateway_is_said_clearly_and_leaves_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Backend, "failing", SmsError("down", code="no_answer", retryable=True))
    with pytest.raises(CodeNotSent, match="短信没有发出去"):
        send_code(phone=PHONE, purpose=ENTER)
    assert not PhoneCode.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_gateway_is_called_outside_any_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def send(self: Backend, message: TextMessage) -> Receipt:
        seen.append(connection.in_atomic_block)
        return Receipt(reference="1")

    monkeypatch.setattr(Backend, "send", send)
    send_code(phone=PHONE, purpose=ENTER)
    assert seen == [False]


def test_codes_are_forgotten_after_a_day() -> None:
    now = timezone.now()
    old = send_code(phone=PHONE, purpose=ENTER, now=now - dt.timedelta(days=1, seconds=1))
    young = send_code(phone=PHONE, purpose=ENTER, now=now - dt.timedelta(hours=23))
    assert forget_old_codes(now=now) == 1
    assert list(PhoneCode.objects.all()) == [young]
    assert old.pk != young.pk


def guess_in_parallel(row: PhoneCode, code: str, people: int) -> list[str]:
    """Wrong guesses arriving at the same moment; what each was told."""
    barrier = threading.Barrier(people)
    answers: list[str] = []

    def guess() -> None:
        barrier.wait()
        try:
            check_code(code_id=str(row.pk), typed=wrong(code), purpose=ENTER)
        except Invalid as error:
            answers.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _person in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_one_by_one(last_code: Callable[[], str]) -> None:
    row = send_code(phone=PHONE, purpose=ENTER)
    answers = guess_in_parallel(row, last_code(), 12)
    assert answers.count("code_wrong") == 4
    assert answers.count("code_dead") == 8


@pytest.mark.django_db(transaction=True)
def test_without_the_row_lock_more_than_five_guesses_get_through(
    last_code: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control of the test above: with the lock off, the race shows."""
    row = send_code(phone=PHONE, purpose=ENTER)
    code = last_code()
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **options: self.all())
    everybody_has_read = threading.Barrier(12, timeout=10)

    def compare_together(one: str, other: str) -> bool:
        everybody_has_read.wait()
        return constant_time_compare(one, other)

    monkeypatch.setattr(codes, "constant_time_compare", compare_together)
    # The counter's own constraint would stop the tail of the race; what is shown is how many were compared.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE portal_phonecode DROP CONSTRAINT phone_code_guesses_are_counted")
    try:
        answers = guess_in_parallel(row, code, 12)
    finally:
        PhoneCode.objects.all().delete()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE portal_phonecode ADD CONSTRAINT phone_code_guesses_are_counted CHECK (wrong_guesses <= 5)"
            )
    assert answers.count("code_wrong") == 12
