"""What the feature does when a person leaves or asks for a copy of their data (docs/domain.md §7)."""

from typing import Any

from django.db.models import Q
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from portal.accounts.erasure import ErasedIdentity
from portal.accounts.export import register_data_section
from portal.accounts.models import User
from portal.accounts.signals import user_erased
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import erase_texts
from wishes.neighbours.domain import CommentState
from wishes.neighbours.models import Comment, CommentAppeal, CommentReport, Interest

COMMENT = "wishes.comment"


@receiver(user_erased, dispatch_uid="wishes.neighbours.erase")
def erase(*, user: User, was: ErasedIdentity, **_kwargs: Any) -> None:
    """Nobody who has left follows anything, and nothing they said remains."""
    Interest.objects.filter(user=user).delete()
    CommentReport.objects.filter(reporter=user).delete()
    said = Comment.objects.filter(author=user)
    CommentAppeal.objects.filter(comment__in=said).update(words="", answer="")
    about = Event.objects.filter(subject_type=COMMENT)
    erase_texts(about.filter(Q(actor=user) | Q(subject_id__in=said.values("pk"))))
    said.update(state=CommentState.TAKEN_BACK, text="", hidden_reason="")
    under_theirs = Comment.objects.filter(wish__author=user)
    told = Notice.objects.filter(event__subject_type=COMMENT, event__subject_id__in=under_theirs.values("pk"))
    told.update(params={"title": str(_("（已应本人要求删除）"))})
    for comment in under_theirs.exclude(text=""):
        cleaned = _without(comment.text, was.words)
        if cleaned != comment.text:
            Comment.objects.filter(pk=comment.pk).update(text=cleaned)


def _without(text: str, words: tuple[str, ...]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "＊＊")
    return text


def neighbourhood_of(user: User) -> dict[str, Any]:
    """Everything held on a person here, for the copy of their data."""
    interests = Interest.objects.filter(user=user).select_related("wish").order_by("id")
    return {
        "interests": [
            {"wish": one.wish.number, "title": one.wish.title, "kind": one.kind, "since": one.since}
            for one in interests
        ],
        "comments": [
            {
                "wish": one.wish.number,
                "text": one.text,
                "written_at": one.written_at,
                "state": one.state,
                "hidden_reason": one.hidden_reason,
                "appeal": one.appeal.words if hasattr(one, "appeal") else "",
                "answer": one.appeal.answer if hasattr(one, "appeal") else "",
            }
            for one in Comment.objects.filter(author=user).select_related("wish", "appeal").order_by("id")
        ],
        "reports": [
            {"wish": one.comment.wish.number, "reason": one.reason, "reported_at": one.reported_at}
            for one in CommentReport.objects.filter(reporter=user).select_related("comment__wish").order_by("id")
        ],
    }


register_data_section("neighbours", label=_("邻里：关注的、也需要的、说过的"), data=neighbourhood_of)
