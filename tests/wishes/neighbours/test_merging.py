"""Duplicates merged into one wish: those who waited for the one wait for the other."""

import pytest

from portal.accounts.erasure import erase_user
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.wishes.neighbours.factories import neighbour_of, tally, waits_for, who_waits
from tests.wishes.wishes.factories import MONDAY, Cast, make_cast, posted
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.services import move_along
from wishes.wishes import services
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db
ME_TOO = InterestKind.ME_TOO


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def merge(cast: Cast, wish: Wish, other: Wish) -> None:
    services.close_duplicate(actor=cast.worker, wish=wish, of=other)


def told_of_merging(kind: str = "wishes.followed_merged") -> list[int]:
    return sorted(Notice.objects.filter(kind=kind).values_list("recipient_id", flat=True))


def test_author_followers_and_supporters_move_along_once(cast: Cast) -> None:
    first, second = posted(cast, author=cast.stranger), posted(cast)
    follower, supporter = waits_for(first, cast.other_volunteer), waits_for(first, neighbour_of(cast), ME_TOO)
    both = waits_for(second, waits_for(first, neighbour_of(cast)))
    waits_for(first, cast.author)

    merge(cast, first, second)
    drain()

    assert who_waits(second) == {follower.pk, supporter.pk, both.pk, cast.stranger.pk}
    assert who_waits(second, ME_TOO) == {supporter.pk, cast.stranger.pk}
    assert who_waits(first) == set()
    assert (tally(first), tally(second)) == ((0, 0), (4, 2))
    assert told_of_merging() == sorted([follower.pk, supporter.pk, both.pk])
    assert told_of_merging("wishes.duplicate") == [cast.stranger.pk]
    assert Event.objects.about(second).filter(type="wishes.wish.joined").count() == 1

    wish = Wish.objects.get(pk=first.pk)
    assert move_along(wish=wish, at=MONDAY) == (Wish.objects.get(pk=second.pk), [])
    assert tally(second) == (4, 2)


def test_a_chain_ends_at_the_last_wish_whatever_order_the_handlers_run_in(cast: Cast) -> None:
    first, second, third = (
        posted(cast, author=person) for person in (cast.stranger, cast.other_volunteer, cast.author)
    )
    follower = waits_for(first, neighbour_of(cast))
    merge(cast, first, second)
    merge(cast, second, third)
    move_along(wish=Wish.objects.get(pk=second.pk), at=MONDAY)

    drain()

    assert who_waits(third) == {follower.pk, cast.stranger.pk, cast.other_volunteer.pk}
    assert who_waits(second) == who_waits(first) == set()
    assert told_of_merging() == [follower.pk]


def test_a_chain_made_one_after_the_other_takes_everybody_to_its_end(cast: Cast) -> None:
    first, second, third = (
        posted(cast, author=person) for person in (cast.stranger, cast.other_volunteer, cast.author)
    )
    merge(cast, first, second)
    drain()
    merge(cast, second, third)
    drain()
    assert who_waits(third) == {cast.stranger.pk, cast.other_volunteer.pk}


def test_who_has_left_is_not_taken_along(cast: Cast) -> None:
    first, second = posted(cast, author=cast.stranger), posted(cast)
    merge(cast, first, second)
    erase_user(actor=cast.stranger, user=cast.stranger)
    drain()
    assert who_waits(second) == set()


def test_what_happens_to_the_other_wish_is_told_to_those_who_moved_along(cast: Cast) -> None:
    first, second = posted(cast, author=cast.stranger), posted(cast)
    merge(cast, first, second)
    drain()
    services.claim_wish(actor=cast.volunteer, wish=second)
    drain()
    assert told_of_merging("wishes.followed_step") == [cast.stranger.pk]
