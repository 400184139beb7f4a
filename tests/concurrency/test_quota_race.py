"""A source sends many wishes at the same moment: its quota lets no more of them in. Without the guard, it does."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tests.concurrency.test_claim_race import MANY, at_once
from tests.wishes.open311.factories import make_hotline
from tests.wishes.wishes.factories import make_cast
from wishes.open311 import receiving
from wishes.open311.models import KeyUsage
from wishes.open311.receiving import Submission, receive
from wishes.open311.services import OverQuota
from wishes.wishes.models import Source, Wish

pytestmark = pytest.mark.django_db(transaction=True)
QUOTA = 5


def send_many(**more: Any) -> list[object]:
    cast = make_cast()
    source = make_hotline(per_day=QUOTA).source
    submission = Submission(category=cast.category, address_id=str(cast.community.code), **more)
    return at_once(lambda _number: receive(source=source, submission=submission))


def test_no_more_than_the_quota_come_in() -> None:
    answers = send_many()

    assert sum(isinstance(answer, OverQuota) for answer in answers) == MANY - QUOTA, answers
    assert Wish.objects.count() == QUOTA
    assert KeyUsage.objects.get().count == QUOTA


def test_one_request_sent_many_times_at_once_is_one_wish() -> None:
    answers = send_many(request_key="call-1")

    assert {answer[0].number for answer in answers if isinstance(answer, tuple)} == {Wish.objects.get().number}
    assert sum(isinstance(answer, tuple) and answer[1] for answer in answers) == 1


def test_a_count_that_is_read_first_lets_more_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The positive control: the same race without the one statement that reads and counts."""

    def count_one(*, source: Source, at: datetime) -> int:
        usage, _is_new = KeyUsage.objects.get_or_create(
            source=source, day=timezone.localdate(at), defaults={"count": 0}
        )
        if usage.count >= source.per_day:
            raise OverQuota("")
        transaction.on_commit(lambda: KeyUsage.objects.filter(pk=usage.pk).update(count=F("count") + 1))
        return usage.count

    monkeypatch.setattr(receiving, "count_one", count_one)
    send_many()

    assert Wish.objects.count() > QUOTA
