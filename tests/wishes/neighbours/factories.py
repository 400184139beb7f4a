"""Neighbours who wait for somebody else's wish."""

from portal.accounts.models import User
from tests.grids.roles.factories import make_resident
from tests.wishes.wishes.factories import Cast
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.models import Interest, Tally
from wishes.neighbours.services import add_interest
from wishes.wishes.models import Wish


def neighbour_of(cast: Cast) -> User:
    """One more confirmed resident of the community."""
    return make_resident(cast.community)


def waits_for(wish: Wish, user: User, kind: InterestKind = InterestKind.FOLLOW) -> User:
    """Somebody who follows the wish, or needs the same."""
    add_interest(actor=user, wish=wish, kind=kind)
    return user


def who_waits(wish: Wish, kind: InterestKind = InterestKind.FOLLOW) -> set[int]:
    return set(Interest.objects.filter(wish=wish, kind=kind).values_list("user_id", flat=True))


def tally(wish: Wish) -> tuple[int, int]:
    """Followers and me too, as they are kept beside the wish."""
    found = Tally.objects.filter(wish=wish).first()
    return (found.followers, found.me_too) if found else (0, 0)
