"""Tokens with which a person's own programs enter, and the answers kept for requests that are sent again."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

__all__ = ["AppToken", "IdempotencyKey"]


class AppToken(models.Model):
    """Lets one program act as the person who made it (应用令牌). Only a digest is stored: the token is shown once.

    It holds only as long as the person's log-ins do: when those are ended (`User.session_epoch`), it ends with them.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="app_tokens", verbose_name=_("谁的")
    )
    name = models.CharField(_("用在哪里"), max_length=60)
    digest = models.CharField(_("摘要"), max_length=64, unique=True, editable=False)
    # The first letters, by which a person tells their tokens apart.
    hint = models.CharField(_("开头"), max_length=12, editable=False)
    session_epoch = models.PositiveIntegerField(_("登录代次"), editable=False)
    created_at = models.DateTimeField(_("创建时间"), default=timezone.now)
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    expires_at = models.DateTimeField(_("有效期到"))
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    objects: ClassVar[models.Manager[AppToken]] = models.Manager()

    class Meta:
        verbose_name = _("应用令牌")
        verbose_name_plural = _("应用令牌")
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-id"], name="app_token_of_user")]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    def is_live(self, now: datetime) -> bool:
        """Whether it still opens anything."""
        return self.revoked_at is None and self.expires_at > now and self.session_epoch == self.user.session_epoch


class IdempotencyKey(models.Model):
    """One request a client may send again and be given the same answer (幂等键), kept for 24 hours."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    route = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    content_type = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager[IdempotencyKey]] = models.Manager()

    class Meta:
        verbose_name = _("幂等键")
        verbose_name_plural = _("幂等键")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
