"""Reads of what neighbours do around wishes: by a few keys at a time, never counted on a page."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONObject

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import paths_of
from portal.accounts.models import User
from wishes.neighbours.domain import CommentState, InterestKind
from wishes.neighbours.models import Comment, CommentAppeal, CommentReport, Interest, Tally
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


# Asked for every page of a wish, so it is written out: putting it together would cost more than answering it.
_OWN = "EXISTS (SELECT 1 FROM wishes_interest i WHERE i.wish_id = wishes_wish.id AND i.user_id = %s AND i.kind = %s)"


def own_interests(user: User | AnonymousUser) -> dict[str, RawSQL]:
    """Whether somebody follows a wish and needs the same, to be read together with it."""
    if not isinstance(user, User):
        return {}
    kinds = {"is_followed": InterestKind.FOLLOW, "is_needed_too": InterestKind.ME_TOO}
    # The statement is the constant above; who asks and what for are parameters.
    return {name: RawSQL(_OWN, [user.pk, str(kind)], BooleanField()) for name, kind in kinds.items()}  # noqa: S611


def _tallies(keys: list[int]) -> Iterable[tuple[int, int, int]]:
    return Tally.objects.filter(wish__in=keys).values_list("wish_id", "followers", "me_too")


def followed_by(user: User) -> WishQuerySet:
    """Wishes this person follows and may still see, with the key of the following as `followed`."""
    wishes = Wish.objects.visible_to(user).filter(interests__user=user, interests__kind=InterestKind.FOLLOW)
    return wishes.annotate(followed=F("interests__id"))


def shown_comments(wish: Wish) -> QuerySet[Comment]:
    """What everybody reads under a wish."""
    return Comment.objects.filter(wish=wish, state=CommentState.SHOWN).select_related("author")


def waiting_for(user: User) -> QuerySet[Comment]:
    """Comments that were reported or whose hiding is appealed against, in the places this person's roles cover."""
    here = Q(pk__in=[])
    for path in paths_of(user, HANDLER_ROLES):
        here |= Q(wish__path__startswith=path)
    reported = Q(pk__in=CommentReport.objects.filter(settled_at=None).values("comment_id"), state=CommentState.SHOWN)
    appealed = Q(pk__in=CommentAppeal.objects.filter(decided_at=None).values("comment_id"), state=CommentState.HIDDEN)
    waiting = Comment.objects.filter(here, reported | appealed).exclude(author=user)
    return waiting.select_related("wish", "author", "appeal")


# How many of the newest are read together with their wish, for its page.
SHOWN_BESIDE = 3


def newest_comments(_user: User | AnonymousUser) -> dict[str, Any]:
    """The newest comments of a wish and one more, so that it is known whether there are more, in its own query."""
    said = Comment.objects.filter(wish=OuterRef("pk"), state=CommentState.SHOWN).order_by("-id")
    parts = JSONObject(
        id="id", text="text", at="written_at", display_name="author__display_name", legal_name="author__legal_name"
    )
    return {"newest_comments": ArraySubquery(said.values(said=parts)[: SHOWN_BESIDE + 1])}
