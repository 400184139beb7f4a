"""Many follow one wish at the same moment, and one person presses many times: the numbers stay true.

Without the constraint one person counts several times: the race is real.
"""

from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from portal.accounts.models import User
from tests.concurrency.test_claim_race import MANY, at_once
from tests.grids.roles.factories import make_resident
from tests.wishes.neighbours.factories import tally, who_waits
from tests.wishes.wishes.factories import MONDAY, Cast, make_cast, posted
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.models import Interest
from wishes.neighbours.services import add_interest, interests, move_along
from wishes.wishes import services as wish_services
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db(transaction=True)
ME_TOO = InterestKind.ME_TOO


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_everybody_who_needs_the_same_is_counted_once(cast: Cast) -> None:
    wish = posted(cast)
    people: list[User] = [make_resident(cast.community) for _ in range(MANY // 2)]

    at_once(lambda number: add_interest(actor=people[number // 2], wish=wish, kind=ME_TOO))

    assert who_waits(wish, ME_TOO) == {person.pk for person in people}
    assert tally(wish) == (len(people), len(people))


def _not_held(wish: Wish) -> Wish:
    return Wish.objects.get(pk=wish.pk)


def test_the_constraint_alone_counts_one_person_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    wish, person = posted(cast), make_resident(cast.community)
    monkeypatch.setattr(interests, "_held", _not_held)

    at_once(lambda number: add_interest(actor=person, wish=wish, kind=ME_TOO))

    assert tally(wish) == (1, 1)


def test_without_lock_and_constraint_one_person_counts_several_times(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish, person = posted(cast), make_resident(cast.community)
    monkeypatch.setattr(interests, "_held", _not_held)
    everybody_has_looked, write = Barrier(MANY), Interest.objects.bulk_create

    def write_together(*rows: Any, **options: Any) -> list[Interest]:
        everybody_has_looked.wait(timeout=30)
        return write(*rows, **options)

    monkeypatch.setattr(Interest.objects, "bulk_create", write_together)
    constraint = next(one for one in Interest._meta.constraints if one.name == "interest_once_per_person")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Interest, constraint)
    try:
        at_once(lambda number: add_interest(actor=person, wish=wish, kind=ME_TOO))
        assert tally(wish)[1] == MANY
    finally:
        Interest.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Interest, constraint)


def test_nobody_is_left_behind_who_follows_while_the_wish_is_merged(cast: Cast) -> None:
    wish, other = posted(cast), posted(cast, author=cast.stranger)
    people: list[User] = [make_resident(cast.community) for _ in range(MANY - 1)]

    def act(number: int) -> object:
        if number == 0:
            return wish_services.close_duplicate(actor=cast.worker, wish=wish, of=other)
        return add_interest(actor=people[number - 1], wish=wish, kind=InterestKind.FOLLOW)

    answers = at_once(act)

    merged = Wish.objects.select_related("author", "duplicate_of").get(pk=wish.pk)
    followed = {people[n - 1].pk for n in range(1, MANY) if answers[n] is True}
    move_along(wish=merged, at=MONDAY)
    assert who_waits(wish) == set()
    assert who_waits(other) == followed | {cast.author.pk}
    assert tally(other) == (len(followed) + 1, 1)
