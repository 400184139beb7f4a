"""Many guess at the ending of one number at once: no more are heard than allowed. Without the guard, more are."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.errors import TooOften
from tests.concurrency.test_claim_race import MANY, at_once
from tests.wishes.wishes.factories import make_cast, posted
from wishes.neighbours.domain import STATUS_TRIES, AskedBy
from wishes.neighbours.models import StatusTry
from wishes.neighbours.services import lookup

pytestmark = pytest.mark.django_db(transaction=True)
ALLOWED = STATUS_TRIES[AskedBy.NUMBER]


def guess_many() -> list[object]:
    number = posted(make_cast()).number

    def guess(turn: int) -> Any:
        return lookup.read_status(number=number, tail=f"{5000 + turn}", address=f"192.0.2.{turn}")

    return at_once(guess)


def heard(answers: list[object]) -> int:
    """How many guesses were compared at all."""
    return sum(isinstance(answer, lookup.NoSuchStatus) for answer in answers)


def test_no_more_guesses_are_heard_than_are_allowed() -> None:
    answers = guess_many()

    assert heard(answers) == ALLOWED < MANY
    assert sum(isinstance(answer, TooOften) for answer in answers) == MANY - ALLOWED
    assert max(StatusTry.objects.values_list("count", flat=True)) == MANY


def test_a_count_that_is_read_first_hears_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The positive control: the same race without the one statement that counts and reads."""

    def count(by: AskedBy, what: str, now: datetime) -> Any:
        row, _is_new = StatusTry.objects.get_or_create(
            key=f"{by}:{what}", defaults={"asked_by": by, "since": timezone.now(), "count": 0}
        )
        transaction.on_commit(lambda: StatusTry.objects.filter(pk=row.pk).update(count=F("count") + 1))
        return lookup._Counted(row.pk, row.since, row.count >= STATUS_TRIES[by])

    monkeypatch.setattr(lookup, "_count", count)

    assert heard(guess_many()) > ALLOWED
