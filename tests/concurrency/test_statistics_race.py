"""Two events of one wish at the same moment move the sums once. Without the lock they move them twice."""

from threading import Barrier
from typing import Any

import pytest

from tests.concurrency.test_claim_race import MANY, at_once
from tests.wishes.wishes.factories import Cast, claimed, make_cast, posted
from wishes.statistics import counting
from wishes.statistics.counting import keep
from wishes.statistics.models import StatCell, WishFact
from wishes.statistics.recounting import check
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def counted(wish: Wish) -> list[int]:
    return list(StatCell.objects.filter(path__startswith=wish.path[:9]).values_list("submitted", flat=True))


def test_one_wish_told_many_times_at_once_counts_once(cast: Cast) -> None:
    wish = posted(cast)
    answers = at_once(lambda number: keep(wish_id=wish.pk))
    assert sorted(map(str, answers)) == ["False"] * (MANY - 1) + ["True"]
    assert counted(wish) == [1, 1, 1, 1]


def test_wishes_of_one_place_never_wait_in_a_circle(cast: Cast) -> None:
    wishes = [claimed(cast).wish if number % 2 else posted(cast) for number in range(6)]
    answers = at_once(lambda number: keep(wish_id=wishes[number % len(wishes)].pk))
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert counted(wishes[0]) == [6, 6, 6, 6]


def test_without_the_lock_the_sums_are_moved_more_than_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = posted(cast)
    WishFact.objects.create(wish=wish)
    everybody, row = Barrier(MANY), counting._row

    def unlocked(sql: str, wish_id: int) -> dict[str, Any] | None:
        found = row(sql.replace("FOR UPDATE", ""), wish_id)
        if "FOR UPDATE" in sql:
            everybody.wait(timeout=30)
        return found

    monkeypatch.setattr(counting, "_row", unlocked)
    at_once(lambda number: keep(wish_id=wish.pk))
    assert max(counted(wish)) > 1
    assert check().cells > 0
