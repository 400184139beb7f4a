"""Keys with which sources send wishes in, how much they have used today, and what came in with a wish."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["ApiKey", "KeyUsage", "Report"]


class ApiKey(models.Model):
    """A key of one source (接口密钥). Only a digest is stored: the key is shown once."""

    source = models.ForeignKey("wishes.Source", on_delete=models.PROTECT, related_name="keys", verbose_name=_("来源"))
    digest = models.CharField(_("摘要"), max_length=64, unique=True, editable=False)
    hint = models.CharField(_("开头"), max_length=16, editable=False)
    created_at = models.DateTimeField(_("发放时间"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("发放人")
    )
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    ends_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("接口密钥")
        verbose_name_plural = _("接口密钥")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.hint}…"

    def is_live(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return (self.ends_at is None or self.ends_at > now) and self.source.is_active


class KeyUsage(models.Model):
    """How many wishes one source has sent on one local day; counted by one statement of the database."""

    source = models.ForeignKey("wishes.Source", on_delete=models.CASCADE, related_name="usage", verbose_name=_("来源"))
    day = models.DateField(_("日期"))
    count = models.PositiveIntegerField(_("件数"))

    class Meta:
        verbose_name = _("接口用量")
        verbose_name_plural = _("接口用量")
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["source", "day"], name="key_usage_one_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.count}"


class Report(models.Model):
    """What a request carried that only the staff of the place read (来件). Its media address is never fetched."""

    wish = models.OneToOneField("wishes.Wish", on_delete=models.CASCADE, related_name="report", verbose_name=_("心愿"))
    source = models.ForeignKey("wishes.Source", on_delete=models.PROTECT, related_name="+", verbose_name=_("来源"))
    media_url = models.CharField(_("附件网址"), max_length=2000, blank=True)
    request_key = models.CharField(_("幂等键"), max_length=200, blank=True)
    received_at = models.DateTimeField(_("收到时间"), default=timezone.now)

    class Meta:
        verbose_name = _("来件")
        verbose_name_plural = _("来件")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "request_key"], name="report_sent_once", condition=~Q(request_key="")
            )
        ]

    def __str__(self) -> str:
        return f"#{self.wish_id}"
