"""Promises to meet a wish (认领)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wishes.wishes.domain import ClaimState
from wishes.wishes.models.wish import Wish

__all__ = ["Claim"]


class Claim(models.Model):
    """Somebody's promise to meet a wish or a part of it (认领).

    `quantity` is None for the whole wish. A service, visit or public matter has exactly one live claim, which the
    partial unique constraint on `exclusive` claims holds; goods met by several people use claims that are not.
    """

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="claims", verbose_name=_("心愿"))
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims", verbose_name=_("认领人")
    )
    quantity = models.PositiveIntegerField(_("数量"), null=True, blank=True)
    exclusive = models.BooleanField(_("独自认领"), default=True)
    state = models.CharField(_("状态"), max_length=20, choices=ClaimState.choices, default=ClaimState.LIVE)
    message = models.CharField(_("对许愿人说"), max_length=200, blank=True)
    claimed_at = models.DateTimeField(_("认领时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    end_reason = models.CharField(_("放弃原因"), max_length=500, blank=True)
    note = models.TextField(_("完成说明或感谢信"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("认领")
        verbose_name_plural = _("认领")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["wish"],
                name="claim_one_live_per_service",
                condition=Q(state=ClaimState.LIVE, exclusive=True),
            ),
            models.UniqueConstraint(
                fields=["wish", "claimant"], name="claim_one_live_per_person", condition=Q(state=ClaimState.LIVE)
            ),
            models.CheckConstraint(
                name="claim_given_up_has_reason", condition=~Q(state=ClaimState.GIVEN_UP) | ~Q(end_reason="")
            ),
            models.CheckConstraint(
                name="claim_quantity_positive", condition=Q(quantity__isnull=True) | Q(quantity__gt=0)
            ),
        ]
        indexes = [models.Index(fields=["claimant", "-id"], name="claim_claimant_list")]

    def __str__(self) -> str:
        return f"{self.wish_id}: {self.get_state_display()}"
