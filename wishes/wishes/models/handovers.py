"""Offers to answer for a wish in somebody's place: objections to a dispatch (派单异议) and transfers (转派)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wishes.wishes.domain import HandoverKind, HandoverState
from wishes.wishes.models.pending import Pending

__all__ = ["Handover"]

_WAITING = Q(state=HandoverState.OPEN)


class Handover(Pending):
    """Somebody else is to answer for the wish (移交). Whoever answers for it now goes on until that one has accepted.

    `seat_level` is the level of the territory whose staff answer for the wish: those above it decide an objection.
    """

    kind = models.CharField(_("哪一种"), max_length=20, choices=HandoverKind.choices)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("谁提的")
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("原来的责任人"),
    )
    seat_level = models.PositiveSmallIntegerField(_("原责任单位的层级"))
    proposed = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="handovers_offered",
        verbose_name=_("想请谁接"),
    )
    reason = models.CharField(_("理由"), max_length=500)
    state = models.CharField(_("状态"), max_length=20, choices=HandoverState.choices, default=HandoverState.OPEN)
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
        verbose_name = _("移交")
        verbose_name_plural = _("移交")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["wish"], name="handover_one_open", condition=_WAITING),
            models.CheckConstraint(
                name="handover_over_has_time",
                condition=(_WAITING & Q(decided_at__isnull=True))
                | (~_WAITING & Q(decided_at__isnull=False, remind_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="handover_names_another", condition=Q(proposed__isnull=True) | ~Q(proposed=F("holder"))
            ),
            models.CheckConstraint(
                name="handover_accepted_by_proposed",
                condition=~Q(state=HandoverState.ACCEPTED) | Q(decided_by=F("proposed")),
            ),
        ]
        indexes = [
            models.Index(fields=["remind_at"], name="handover_to_remind", condition=_WAITING),
            models.Index(fields=["proposed", "-id"], name="handover_offered", condition=_WAITING),
        ]
        triggers = [
            # What is over stays over: of two answers given at once, the database lets one through.
            pgtrigger.FSM(
                name="handover_state",
                field="state",
                transitions=[
                    (HandoverState.OPEN.value, state.value) for state in HandoverState if state != HandoverState.OPEN
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"
