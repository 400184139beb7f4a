"""Appeals (申诉) against a decision about somebody's words: a wish that was declined, a comment that was removed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wishes.wishes.domain import AppealState
from wishes.wishes.models.pending import Pending

__all__ = ["Appeal"]

_OPEN = Q(state=AppealState.OPEN)


class Appeal(Pending):
    """Somebody asks that a decision be looked at once more, by somebody else.

    `subject_type` and `subject_id` name what was decided about; `contested_at` which decision: each can be appealed
    once. `wish` is the wish it belongs to, whose place says who may decide.
    """

    subject_type = models.CharField(_("对象类型"), max_length=60)
    subject_id = models.BigIntegerField(_("对象编号"))
    contested_at = models.DateTimeField(_("对哪一次处理"))
    appellant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appeals", verbose_name=_("申诉人")
    )
    first_decider = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("原来处理的人"),
    )
    reason = models.CharField(_("申诉理由"), max_length=500, blank=True)
    due_at = models.DateTimeField(_("最晚答复时间"))
    state = models.CharField(_("状态"), max_length=20, choices=AppealState.choices, default=AppealState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("谁定的"),
    )
    decided_at = models.DateTimeField(_("定下的时间"), null=True, blank=True)
    decision = models.CharField(_("怎么说的"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("申诉")
        verbose_name_plural = _("申诉")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id"], name="appeal_one_open", condition=_OPEN),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "contested_at"], name="appeal_once_a_decision"
            ),
            models.CheckConstraint(
                name="appeal_decided_by_another",
                condition=Q(decided_by__isnull=True)
                | ((Q(first_decider__isnull=True) | ~Q(decided_by=F("first_decider"))) & ~Q(decided_by=F("appellant"))),
            ),
            models.CheckConstraint(
                name="appeal_over_has_time",
                condition=(_OPEN & Q(decided_at__isnull=True))
                | (~_OPEN & Q(decided_at__isnull=False, remind_at__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["remind_at"], name="appeal_to_remind", condition=_OPEN)]
        triggers = [
            pgtrigger.FSM(
                name="appeal_state",
                field="state",
                transitions=[
                    (AppealState.OPEN.value, state.value) for state in AppealState if state != AppealState.OPEN
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}: {self.get_state_display()}"
