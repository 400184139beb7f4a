"""Reads of what neighbours do around wishes: by a few keys at a time, never counted on a page."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef

from portal.accounts.models import User
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.models import Interest, Tally
from wishes.wishes.models import Wish
from wishes.wishes.querysets import WishQuerySet


@dataclass(frozen=True)
class Standing:
    """How many wait for a wish, and whether the viewer is one of them."""

    followers: int = 0
    me_too: int = 0
    is_following: bool = False
    needs_it_too: bool = False


def standings_of(user: User | AnonymousUser, wishes: Iterable[Wish]) -> dict[int, Standing]:
    """For each of these wishes; one query for the numbers, one more for somebody who is signed in."""
    keys = [wish.pk for wish in wishes]
    numbers = {pk: (followers, me_too) for pk, followers, me_too in _tallies(keys)}
    own: set[tuple[int, str]] = set()
    if isinstance(user, User) and numbers:
        own = set(Interest.objects.filter(user=user, wish__in=list(numbers)).values_list("wish_id", "kind"))
    return {
        pk: Standing(
            *numbers.get(pk, (0, 0)),
            is_following=(pk, InterestKind.FOLLOW) in own,
            needs_it_too=(pk, InterestKind.ME_TOO) in own,
        )
        for pk in keys
    }


def as_read(wish: Wish) -> Standing:
    """The same for a wish that was read with `read_along` and `read_for`; without a query."""
    found = getattr(wish, "tally", None)
    if found is None:
        return Standing()
    return Standing(
        found.followers,
        found.me_too,
        is_following=getattr(wish, "is_followed", False),
        needs_it_too=getattr(wish, "is_needed_too", False),
    )


def own_interests(user: User | AnonymousUser) -> dict[str, Exists]:
    """Whether somebody follows a wish and needs the same, to be read together with it."""
    if not isinstance(user, User):
        return {}
    mine = Interest.objects.filter(user=user, wish=OuterRef("pk"))
    return {
        "is_followed": Exists(mine.filter(kind=InterestKind.FOLLOW)),
        "is_needed_too": Exists(mine.filter(kind=InterestKind.ME_TOO)),
    }


def _tallies(keys: list[int]) -> Iterable[tuple[int, int, int]]:
    return Tally.objects.filter(wish__in=keys).values_list("wish_id", "followers", "me_too")


def followed_by(user: User) -> WishQuerySet:
    """Wishes this person follows and may still see, with the key of the following as `followed`."""
    wishes = Wish.objects.visible_to(user).filter(interests__user=user, interests__kind=InterestKind.FOLLOW)
    return wishes.annotate(followed=F("interests__id"))
