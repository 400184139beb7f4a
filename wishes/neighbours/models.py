"""Tables of what neighbours do around a wish."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wishes.neighbours.domain import LONGEST_COMMENT, AskedBy, CommentState, InterestKind, ReportReason

__all__ = ["Comment", "CommentAppeal", "CommentReport", "Interest", "StatusTry", "Tally"]

_ADD_TO_TALLY = """
INSERT INTO wishes_tally AS t (wish_id, followers, me_too)
SELECT wish_id, count(*) FILTER (WHERE kind = 'follow'), count(*) FILTER (WHERE kind = 'me_too')
FROM new_rows GROUP BY wish_id ORDER BY wish_id
ON CONFLICT (wish_id) DO UPDATE
SET followers = t.followers + EXCLUDED.followers, me_too = t.me_too + EXCLUDED.me_too;
RETURN NULL;
"""
# Locked in one order first, so that two people who leave at once do not wait for each other.
_TAKE_FROM_TALLY = """
PERFORM 1 FROM wishes_tally WHERE wish_id IN (SELECT wish_id FROM old_rows) ORDER BY wish_id FOR UPDATE;
UPDATE wishes_tally AS t
SET followers = t.followers - gone.followers, me_too = t.me_too - gone.me_too
FROM (
    SELECT wish_id, count(*) FILTER (WHERE kind = 'follow') AS followers,
           count(*) FILTER (WHERE kind = 'me_too') AS me_too
    FROM old_rows GROUP BY wish_id
) AS gone
WHERE t.wish_id = gone.wish_id;
RETURN NULL;
"""


class Interest(models.Model):
    """Somebody follows a wish (关注), or needs the same (我也需要); once each, however often it is pressed.

    Rows are written and deleted, never changed, so that the counts beside them (`Tally`) can be kept by triggers.
    What somebody follows is theirs alone: it is recorded in no event, and others see numbers only.
    """

    wish = models.ForeignKey("wishes.Wish", on_delete=models.CASCADE, related_name="interests", verbose_name=_("心愿"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("邻居")
    )
    kind = models.CharField(_("方式"), max_length=10, choices=InterestKind.choices)
    since = models.DateTimeField(_("时间"), default=timezone.now)
    came_from = models.ForeignKey(
        "wishes.Wish",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("从哪个相同的心愿一起来的"),
    )

    class Meta:
        verbose_name = _("关注和需要")
        verbose_name_plural = _("关注和需要")
        constraints = [
            models.UniqueConstraint(fields=["wish", "kind", "user"], name="interest_once_per_person"),
            models.CheckConstraint(name="interest_kind_known", condition=Q(kind__in=InterestKind.values)),
        ]
        indexes = [models.Index(fields=["user", "kind", "-id"], name="interest_of_user")]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="interest_added",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_rows"),
                func=_ADD_TO_TALLY,
            ),
            pgtrigger.Trigger(
                name="interest_taken",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                referencing=pgtrigger.Referencing(old="old_rows"),
                func=_TAKE_FROM_TALLY,
            ),
            pgtrigger.Protect(
                name="interest_is_not_moved",
                operation=pgtrigger.UpdateOf("wish_id", "user_id", "kind"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.get_kind_display()}"


class Tally(models.Model):
    """How many follow a wish and how many need the same; kept by triggers on `Interest`, read instead of counting."""

    wish = models.OneToOneField(
        "wishes.Wish", on_delete=models.CASCADE, primary_key=True, related_name="tally", verbose_name=_("心愿")
    )
    followers = models.PositiveIntegerField(_("关注人数"), default=0)
    me_too = models.PositiveIntegerField(_("也需要的人数"), default=0)

    class Meta:
        verbose_name = _("关注人数")
        verbose_name_plural = _("关注人数")

    def __str__(self) -> str:
        return f"{self.followers} / {self.me_too}"


class Comment(models.Model):
    """What a verified neighbour says about a public wish (留言): plain text under the chosen name."""

    wish = models.ForeignKey("wishes.Wish", on_delete=models.CASCADE, related_name="comments", verbose_name=_("心愿"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("留言人")
    )
    text = models.CharField(_("留言"), max_length=LONGEST_COMMENT, blank=True)
    written_at = models.DateTimeField(_("时间"), default=timezone.now)
    state = models.CharField(_("状态"), max_length=12, choices=CommentState.choices, default=CommentState.SHOWN)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("隐藏人"),
    )
    hidden_at = models.DateTimeField(_("隐藏时间"), null=True, blank=True)
    hidden_reason = models.CharField(_("隐藏原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("留言")
        verbose_name_plural = _("留言")
        constraints = [
            models.CheckConstraint(
                name="comment_hidden_by_somebody",
                condition=~Q(state=CommentState.HIDDEN) | Q(hidden_by__isnull=False, hidden_at__isnull=False),
            ),
            models.CheckConstraint(
                name="comment_shown_says_something", condition=~Q(state=CommentState.SHOWN) | ~Q(text="")
            ),
        ]
        indexes = [
            models.Index(fields=["wish", "-id"], name="comment_of_wish", condition=Q(state=CommentState.SHOWN)),
            models.Index(fields=["author", "-written_at"], name="comment_of_author"),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} #{self.pk}"


class CommentReport(models.Model):
    """Somebody finds that a comment should not stand there (举报); once each. Waits until staff have looked."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reports", verbose_name=_("留言"))
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("举报人")
    )
    reason = models.CharField(_("原因"), max_length=20, choices=ReportReason.choices)
    reported_at = models.DateTimeField(_("时间"), default=timezone.now)
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("留言举报")
        verbose_name_plural = _("留言举报")
        constraints = [models.UniqueConstraint(fields=["comment", "reporter"], name="comment_report_once_per_person")]
        indexes = [models.Index(fields=["-id"], name="comment_report_open", condition=Q(settled_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.get_reason_display()}"


class CommentAppeal(models.Model):
    """The author of a hidden comment asks somebody else to look again (申诉), once; whoever hid it does not decide."""

    comment = models.OneToOneField(Comment, on_delete=models.CASCADE, related_name="appeal", verbose_name=_("留言"))
    words = models.CharField(_("为什么不该隐藏"), max_length=300, blank=True)
    asked_at = models.DateTimeField(_("申诉时间"), default=timezone.now)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("隐藏人")
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("复核人"),
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    shown_again = models.BooleanField(_("恢复公开"), null=True, blank=True)
    answer = models.CharField(_("答复"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("留言申诉")
        verbose_name_plural = _("留言申诉")
        constraints = [
            models.CheckConstraint(
                name="comment_appeal_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("hidden_by")),
            ),
        ]
        indexes = [models.Index(fields=["-id"], name="comment_appeal_open", condition=Q(decided_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.comment_id}"


class StatusTry(models.Model):
    """How often a number, or an address, was tried wrongly in the hour that began at `since`.

    The key is a keyed digest: neither numbers that do not exist nor addresses are kept. Counted by one statement, so
    that tries at the same moment count one by one; a day later the row is gone.
    """

    key = models.CharField(_("摘要"), max_length=64, unique=True)
    asked_by = models.CharField(_("按什么计"), max_length=10, choices=AskedBy.choices)
    since = models.DateTimeField(_("起算时间"))
    count = models.PositiveIntegerField(_("次数"), default=0)

    class Meta:
        verbose_name = _("编号查询计次")
        verbose_name_plural = _("编号查询计次")
        indexes = [models.Index(fields=["since"], name="status_try_since")]

    def __str__(self) -> str:
        return f"{self.get_asked_by_display()} {self.count}"
