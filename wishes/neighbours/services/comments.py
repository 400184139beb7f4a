"""Comments of neighbours (留言): written, reported, hidden with a reason, appealed against, taken back."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.cleaning import clean_text
from portal.errors import Invalid, TooOften
from portal.outbox.services import record
from wishes.neighbours import policies
from wishes.neighbours.domain import COMMENT_RATES, LONGEST_COMMENT, CommentState, ReportReason
from wishes.neighbours.events import (
    CommentAppealDecided,
    CommentAppealed,
    CommentHidden,
    CommentKept,
    CommentReported,
    CommentWritten,
)
from wishes.neighbours.models import Comment, CommentAppeal, CommentReport
from wishes.neighbours.policies import require
from wishes.wishes.models import Wish


@transaction.atomic
def write_comment(*, actor: User, wish: Wish, text: str, at: datetime | None = None) -> Comment:
    """A comment under the writer's chosen name.

    Raises `NotAllowed` for who is not verified, `Conflict`, `Invalid` (field "text"), `TooOften`.
    """
    now = at or timezone.now()
    require(policies.can_comment(actor, wish))
    text = _words(text, field="text", missing=_("请写几个字再发。"), longest=LONGEST_COMMENT)
    # The writer's row is held, so that comments sent at the same moment are counted one by one.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    for most, span in COMMENT_RATES:
        if Comment.objects.filter(author=actor, written_at__gt=now - span)[:most].count() >= most:
            raise TooOften(_("您刚才说了不少，歇一会儿再说吧。"))
    comment = Comment.objects.create(wish=wish, author=actor, text=text, written_at=now)
    record(CommentWritten(wish_id=wish.pk, comment_id=comment.pk), subject=comment, actor=actor, at=now)
    return comment


@transaction.atomic
def report_comment(*, actor: User, comment: Comment, reason: str, at: datetime | None = None) -> bool:
    """Tell the staff that a comment should not stand there; whether that is new.

    Raises `Invalid` (field "reason"), `NotAllowed`, `Conflict`.
    """
    now = at or timezone.now()
    comment = _locked(comment)
    require(policies.can_report(actor, comment))
    if reason not in ReportReason.values:
        raise Invalid(_("请选一个原因。"), code="required", field="reason")
    _report, is_new = CommentReport.objects.get_or_create(
        comment=comment, reporter=actor, defaults={"reason": reason, "reported_at": now}
    )
    if is_new:
        told = CommentReported(wish_id=comment.wish_id, comment_id=comment.pk, reason=reason)
        record(told, subject=comment, actor=actor, at=now)
    return is_new


@transaction.atomic
def hide_comment(*, actor: User, comment: Comment, reason: str, at: datetime | None = None) -> Comment:
    """Staff take a comment from view; its author is told why. Raises `Invalid` (field "reason"), `NotAllowed`,
    `Conflict`."""
    now = at or timezone.now()
    comment = _locked(comment)
    require(policies.can_moderate(actor, comment))
    reason = _words(reason, field="reason", missing=_("请写明为什么隐藏，留言人会看到。"), longest=200)
    comment.state, comment.hidden_by, comment.hidden_at, comment.hidden_reason = (
        CommentState.HIDDEN,
        actor,
        now,
        reason,
    )
    comment.save()
    _settle(comment, now)
    told = CommentHidden(wish_id=comment.wish_id, comment_id=comment.pk)
    record(told, subject=comment, actor=actor, text=reason, at=now)
    return comment


@transaction.atomic
def keep_comment(*, actor: User, comment: Comment, at: datetime | None = None) -> Comment:
    """Staff have looked at the reports and find nothing wrong. Raises `NotAllowed`, `Conflict`."""
    now = at or timezone.now()
    comment = _locked(comment)
    require(policies.can_moderate(actor, comment))
    _settle(comment, now)
    record(CommentKept(wish_id=comment.wish_id, comment_id=comment.pk), subject=comment, actor=actor, at=now)
    return comment


@transaction.atomic
def appeal_comment(*, actor: User, comment: Comment, words: str, at: datetime | None = None) -> CommentAppeal:
    """The author asks somebody else to look again; once. Raises `Invalid` (field "words"), `NotAllowed`, `Conflict`."""
    now = at or timezone.now()
    comment = _locked(comment)
    require(policies.can_appeal(actor, comment))
    words = _words(words, field="words", missing=_("请写一句为什么不该隐藏。"), longest=300)
    assert comment.hidden_by is not None
    appeal = CommentAppeal.objects.create(comment=comment, words=words, asked_at=now, hidden_by=comment.hidden_by)
    told = CommentAppealed(wish_id=comment.wish_id, comment_id=comment.pk, appeal_id=appeal.pk)
    record(told, subject=comment, actor=actor, text=words, at=now)
    return appeal


@transaction.atomic
def decide_appeal(
    *, actor: User, comment: Comment, show_again: bool, answer: str, at: datetime | None = None
) -> CommentAppeal:
    """Somebody who did not hide the comment decides. Raises `Invalid` (field "answer"), `NotAllowed`, `Conflict`."""
    now = at or timezone.now()
    comment = _locked(comment)
    require(policies.can_decide(actor, comment))
    answer = _words(answer, field="answer", missing=_("请写一句答复，留言人会看到。"), longest=200)
    appeal: CommentAppeal = comment.appeal
    appeal.decided_by, appeal.decided_at, appeal.shown_again, appeal.answer = actor, now, show_again, answer
    appeal.save()
    if show_again:
        comment.state = CommentState.SHOWN
        comment.save()
    told = CommentAppealDecided(
        wish_id=comment.wish_id, comment_id=comment.pk, appeal_id=appeal.pk, shown_again=show_again
    )
    record(told, subject=comment, actor=actor, text=answer, at=now)
    return appeal


@transaction.atomic
def take_back_comment(*, actor: User, comment: Comment, at: datetime | None = None) -> None:
    """The author removes the words for good; the row stays, so that what was done about it can be told.

    Raises `NotAllowed`, `Conflict`.
    """
    comment = _locked(comment)
    require(policies.can_take_back(actor, comment))
    comment.state, comment.text = CommentState.TAKEN_BACK, ""
    comment.save()
    _settle(comment, at or timezone.now())


def _locked(comment: Comment) -> Comment:
    """The comment as it is now, its row held until the transaction ends."""
    comments = Comment.objects.select_for_update(of=("self",))
    return comments.select_related("wish", "author", "hidden_by", "appeal").get(pk=comment.pk)


def _settle(comment: Comment, at: datetime) -> None:
    comment.reports.filter(settled_at=None).update(settled_at=at)


def _words(text: str, *, field: str, missing: str, longest: int) -> str:
    cleaned = clean_text(text, lines=True)
    if not cleaned:
        raise Invalid(missing, code="required", field=field)
    if len(cleaned) > longest:
        raise Invalid(_("最多写{longest}个字。").format(longest=longest), code="too_long", field=field)
    return cleaned
