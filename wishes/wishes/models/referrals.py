"""Referrals (转请别处办理) to bodies outside the portal, and what those bodies answer."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wishes.wishes.domain import ReferralState
from wishes.wishes.models.pending import Pending

__all__ = ["OutsideBody", "Referral"]

_WAITING = Q(state=ReferralState.WAITING)


class OutsideBody(models.Model):
    """A body that matters are referred to (外单位): city management, a property company, the hotline 12345."""

    name = models.CharField(_("单位名称"), max_length=100)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    email = models.EmailField(_("联系邮箱"), blank=True, help_text=_("转请时用来发答复链接，不公开"))
    territory = models.ForeignKey(
        "grids.Territory",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("适用地区"),
        help_text=_("留空则各地通用"),
    )
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)
    is_active = models.BooleanField(_("使用中"), default=True)

    class Meta:
        verbose_name = _("外单位")
        verbose_name_plural = _("外单位")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.name} {self.phone}".strip()


class Referral(Pending):
    """A wish that another body was asked to see to. Its answer is public on the wish.

    `key` is what makes the link by which the body answers: who holds the link answers without an account.
    """

    body = models.ForeignKey(OutsideBody, on_delete=models.PROTECT, related_name="referrals", verbose_name=_("外单位"))
    referred_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("经办人")
    )
    key = models.CharField(_("链接密钥"), max_length=40, unique=True, editable=False)
    link_expires_at = models.DateTimeField(_("链接有效到"))
    due_at = models.DateTimeField(_("最晚答复时间"))
    state = models.CharField(_("状态"), max_length=20, choices=ReferralState.choices, default=ReferralState.WAITING)
    answer = models.TextField(_("答复"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
        help_text=_("空着表示对方自己从链接答复"),
    )

    class Meta:
        verbose_name = _("转请")
        verbose_name_plural = _("转请")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["wish"], name="referral_one_waiting", condition=_WAITING),
            models.CheckConstraint(
                name="referral_answered_has_answer",
                condition=(_WAITING & Q(answered_at__isnull=True))
                | (~_WAITING & Q(answered_at__isnull=False, remind_at__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["remind_at"], name="referral_to_remind", condition=_WAITING)]
        triggers = [
            pgtrigger.FSM(
                name="referral_state",
                field="state",
                transitions=[(ReferralState.WAITING.value, ReferralState.ANSWERED.value)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} → {self.body_id}"
