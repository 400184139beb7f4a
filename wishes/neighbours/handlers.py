"""Followers hear of each public step, whoever waited for a merged duplicate moves along and hears of it once, and the
people around a comment hear of what is done with it."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import Role
from grids.roles.queries import nearest_holders
from portal.notifications.registry import NoticeKind
from portal.notifications.services import notify
from portal.notifications.wording import Value
from portal.outbox.models import Event
from portal.outbox.registry import Payload, Visibility, event_type, event_types, handles
from portal.outbox.services import record
from wishes.neighbours import notices
from wishes.neighbours.domain import NO_NEWS, InterestKind, ReportReason
from wishes.neighbours.events import (
    CommentAppealDecided,
    CommentAppealed,
    CommentHidden,
    CommentReported,
    CommentWritten,
    WishJoined,
)
from wishes.neighbours.models import Comment, CommentAppeal, Interest
from wishes.neighbours.services import move_along
from wishes.wishes.events import WishDuplicate
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_open_to_all

# Who looks after what is said in a community.
MODERATORS = frozenset({Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY})


def _news() -> list[type[Payload]]:
    """Every public step of a wish, whichever feature declares it."""
    return [
        entry.payload_class
        for entry in event_types()
        if entry.key.startswith("wishes.wish.") and entry.visibility == Visibility.PUBLIC and entry.key not in NO_NEWS
    ]


@handles(*_news(), name="wishes.tell_followers")
def on_public_step(event: Event, payload: Any) -> None:
    """Whoever follows the wish hears of the step, in its own words; those who have a part in it are told as such."""
    if event.visibility != Visibility.PUBLIC:
        return
    wish = Wish.objects.get(pk=payload.wish_id)
    if not is_open_to_all(wish):
        return
    parts = {wish.author_id, wish.entered_by_id, wish.claimant_id, wish.responsible_id, event.actor_id}
    followers = Interest.objects.filter(wish=wish, kind=InterestKind.FOLLOW).values_list("user_id", flat=True)
    notify(
        event=event,
        kind=notices.STEP.key,
        recipients=[pk for pk in followers if pk not in parts],
        params={"title": wish.title, "number": wish.number, "step": event_type(event.type).label},
        url=wish.get_absolute_url(),
    )


@handles(WishDuplicate, name="wishes.move_followers_along")
def on_duplicate(event: Event, payload: WishDuplicate) -> None:
    """A merged wish: its author and its neighbours wait for the one that goes on.

    The author is told by the wish itself; the others hear where they wait from now on.
    """
    wish = Wish.objects.select_related("author", "duplicate_of").get(pk=payload.wish_id)
    moved = move_along(wish=wish, at=event.occurred_at)
    if moved is None:
        return
    survivor, people = moved
    record(WishJoined(wish_id=survivor.pk, from_id=wish.pk), subject=survivor, at=event.occurred_at)
    notify(
        event=event,
        kind=notices.MERGED.key,
        recipients=people,
        params={"title": wish.title, "number": survivor.number},
        url=survivor.get_absolute_url(),
    )


@handles(CommentWritten, name="wishes.tell_of_comment")
def on_comment(event: Event, payload: CommentWritten) -> None:
    """The author of the wish hears that somebody has something to say."""
    wish = Wish.objects.get(pk=payload.wish_id)
    if wish.author_id != event.actor_id:
        _tell(event, wish, notices.COMMENTED, [wish.author_id], url=comments_url(wish))


@handles(CommentReported, name="wishes.tell_staff_of_reported_comment")
def on_reported(event: Event, payload: CommentReported) -> None:
    """The community's staff hear of the report, not who made it."""
    wish, url = _wish(payload.wish_id), comment_url(payload.comment_id)
    reason = ReportReason(payload.reason).label
    _tell(event, wish, notices.COMMENT_REPORTED, _moderators(wish, event), url=url, reason=reason)


@handles(CommentHidden, name="wishes.tell_author_of_hidden_comment")
def on_hidden(event: Event, payload: CommentHidden) -> None:
    """Whoever wrote it hears why, and how to appeal."""
    comment = Comment.objects.select_related("wish").get(pk=payload.comment_id)
    url = comment_url(comment.pk)
    _tell(event, comment.wish, notices.COMMENT_HIDDEN, [comment.author_id], url=url, reason=event.text)


@handles(CommentAppealed, name="wishes.tell_staff_of_comment_appeal")
def on_appealed(event: Event, payload: CommentAppealed) -> None:
    """Those who may decide hear of the appeal; whoever hid the comment may not."""
    appeal = CommentAppeal.objects.get(pk=payload.appeal_id)
    wish, url = _wish(payload.wish_id), comment_url(payload.comment_id)
    people = [pk for pk in _moderators(wish, event, but=appeal.hidden_by_id) if pk != appeal.hidden_by_id]
    _tell(event, wish, notices.APPEALED, people, url=url)


@handles(CommentAppealDecided, name="wishes.tell_author_of_comment_decision")
def on_decided(event: Event, payload: CommentAppealDecided) -> None:
    """Whoever appealed hears the decision."""
    comment = Comment.objects.select_related("wish").get(pk=payload.comment_id)
    result = _("恢复公开了") if payload.shown_again else _("还是不能公开")
    url = comment_url(comment.pk)
    people, answer = [comment.author_id], event.text
    _tell(event, comment.wish, notices.APPEAL_DECIDED, people, url=url, result=result, answer=answer)


def comment_url(comment_id: int) -> str:
    """The page of one comment."""
    return reverse("wish_comment", args=[comment_id])


def comments_url(wish: Wish) -> str:
    """The page of all comments of a wish."""
    return reverse("wish_comments", args=[wish.number])


def _moderators(wish: Wish, event: Event, *, but: int | None = None) -> list[int]:
    """The community's workers and secretary; further up where there is nobody but who must not decide."""
    assert wish.territory is not None
    for roles in (MODERATORS, frozenset({Role.STREET_OFFICER}), frozenset({Role.DISTRICT_ADMINISTRATOR})):
        people = [user.pk for user in nearest_holders(roles, wish.territory) if user.pk not in (but, event.actor_id)]
        if people:
            return people
    return []


def _wish(pk: int) -> Wish:
    found: Wish = Wish.objects.select_related("territory").get(pk=pk)
    return found


def _tell(event: Event, wish: Wish, kind: NoticeKind, people: Iterable[int], *, url: str, **params: Value) -> None:
    given: dict[str, Value] = {"title": wish.title, "number": wish.number, **params}
    notify(event=event, kind=kind.key, recipients=list(people), params=given, url=url)
