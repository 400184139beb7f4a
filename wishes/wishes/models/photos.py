"""Photos of the matter asked for and of the matter done (心愿照片)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wishes.wishes.domain import PhotoRole
from wishes.wishes.models.claims import Claim
from wishes.wishes.models.wish import Wish

__all__ = ["WishPhoto"]


class WishPhoto(models.Model):
    """A photo of the matter as posted, or of the matter done (心愿照片)."""

    wish = models.ForeignKey(Wish, on_delete=models.CASCADE, related_name="photos", verbose_name=_("心愿"))
    photo = models.OneToOneField(
        "portal.Photo", on_delete=models.CASCADE, related_name="wish_photo", verbose_name=_("照片")
    )
    role = models.CharField(_("用途"), max_length=20, choices=PhotoRole.choices, default=PhotoRole.REQUEST)
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="photos", verbose_name=_("认领")
    )
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=0)
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)
    added_at = models.DateTimeField(_("添加时间"), default=timezone.now)

    class Meta:
        verbose_name = _("心愿照片")
        verbose_name_plural = _("心愿照片")
        ordering = ["role", "round", "position", "id"]
        constraints = [
            models.CheckConstraint(
                name="wish_photo_claim_role", condition=Q(claim__isnull=True) | Q(role=PhotoRole.FULFILMENT)
            )
        ]

    def __str__(self) -> str:
        return f"{self.wish_id} {self.get_role_display()}"
