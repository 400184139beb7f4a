"""Reads of what neighbours do around wishes: by a few keys at a time, never counted on a page."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet

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
    """The same for a wish that was read with `read_along` and `read_with_page`; without a query."""
    found = getattr(wish, "tally", None)
    if found is None:
        return Standing()
    return Standing(
        found.followers,
        found.me_too,
        is_following=getattr(wish, "is_followed", False),
        needs_it_too=getattr(wish, "is_needed_too", False),
    )


def own_interest(kind: InterestKind) -> str:
    """SQL for whether the viewer follows the wish `w`, or needs the same; see `Known`."""
    return (
        "EXISTS (SELECT 1 FROM wishes_interest i "  # noqa: S608 - a kind is one of the program's own
        f"WHERE i.wish_id = w.id AND i.user_id = %(viewer)s AND i.kind = '{kind.value}')"
    )


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
# SQL for these and one more, so that it is known whether there are more, as a JSON list of the wish `w`; see `Known`.
NEWEST_COMMENTS = f"""
(SELECT json_agg(said)::text FROM (
    SELECT c.id, c.text, c.written_at, p.display_name, p.legal_name
    FROM wishes_comment c JOIN portal_user p ON p.id = c.author_id
    WHERE c.wish_id = w.id AND c.state = '{CommentState.SHOWN}' ORDER BY c.id DESC LIMIT {SHOWN_BESIDE + 1}
) AS said)
"""  # noqa: S608 - the names above
