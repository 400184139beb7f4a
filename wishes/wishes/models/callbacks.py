"""Call-backs (回访): after a low rating or none at all, somebody who had no part in it asks the resident how it was."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wishes.wishes.domain import CallbackCause, CallbackState, CallOutcome
from wishes.wishes.models.pending import Pending

__all__ = ["Call", "Callback"]

_WAITING = Q(state=CallbackState.WAITING)


class Callback(Pending):
    """One call-back owed to a resident. `due_at` is until when; after a call nobody answered, when to try again.

    One for each time a wish was handled (`round`), so that what came of it is counted apart from the ratings.
    """

    round = models.PositiveSmallIntegerField(_("第几次办理"), default=0)
    cause = models.CharField(_("为什么回访"), max_length=20, choices=CallbackCause.choices)
    # A copy of wish.path: the queue of a place is one prefix condition on a small index.
    path = models.CharField(_("地区路径"), max_length=255, db_collation="C", editable=False)
    due_at = models.DateTimeField(_("最晚回访时间"))
    tries = models.PositiveSmallIntegerField(_("打过几次"), default=0, db_default=0)
    state = models.CharField(_("结果"), max_length=20, choices=CallbackState.choices, default=CallbackState.WAITING)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("回访人"),
    )
    done_at = models.DateTimeField(_("回访时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("回访")
        verbose_name_plural = _("回访")
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["wish", "round"], name="callback_once_a_round"),
            models.CheckConstraint(
                name="callback_over_has_time",
                condition=(_WAITING & Q(done_at__isnull=True))
                | (~_WAITING & Q(done_at__isnull=False, remind_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["path", "due_at", "id"], name="callback_queue", condition=_WAITING),
            models.Index(fields=["remind_at"], name="callback_to_remind", condition=_WAITING),
            models.Index(fields=["opened_at", "path"], name="callback_counted"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="callback_state",
                field="state",
                transitions=[
                    (CallbackState.WAITING.value, state.value)
                    for state in CallbackState
                    if state != CallbackState.WAITING
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id}: {self.get_state_display()}"


class Call(models.Model):
    """One call made for a call-back, and what came of it. The note stays with the staff."""

    callback = models.ForeignKey(Callback, on_delete=models.CASCADE, related_name="calls", verbose_name=_("回访"))
    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("谁打的")
    )
    outcome = models.CharField(_("结果"), max_length=20, choices=CallOutcome.choices)
    note = models.CharField(_("记录"), max_length=500, blank=True)
    called_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("回访电话")
        verbose_name_plural = _("回访电话")
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.get_outcome_display())
