"""Who is told of what at which address, and what became of each message."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.outbox.models import Event

__all__ = ["HookDelivery", "Subscription"]

CODE = RegexValidator(r"^[0-9]{6,15}$", _("请写 6 到 15 位的区划或网格代码。"), code="code")


def new_salt() -> str:
    """What makes the secret of a subscription its own."""
    return secrets.token_hex(16)


class Subscription(models.Model):
    """Another system that is told what happens in a place (推送).

    The secret is not stored: it follows from the portal's own key and `salt`, so that a copy of the database signs
    nothing. Another salt is another secret.
    """

    name = models.CharField(_("名称"), max_length=60, unique=True)
    url = models.CharField(_("推送地址"), max_length=500, help_text=_("https 开头"))
    territory_code = models.CharField(
        _("范围"), max_length=15, validators=[CODE], help_text=_("区划或网格代码，只推送那里和下面的事")
    )
    events = ArrayField(models.CharField(max_length=100), verbose_name=_("推送哪些事"))
    salt = models.CharField(max_length=32, default=new_salt, editable=False)
    is_active = models.BooleanField(_("启用"), default=True)
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    last_success_at = models.DateTimeField(_("最近送达"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("推送地址")
        verbose_name_plural = _("推送地址")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def secret(self) -> str:
        """With what its messages are signed."""
        words = f"portal.webhooks:{self.pk}:{self.salt}".encode()
        return "whsec_" + hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).hexdigest()


class HookDelivery(models.Model):
    """One message to one address (推送记录). Its id goes with it, so that what comes twice is known.

    A message is sent again until it is answered with 2xx, at most `MAX_ATTEMPTS` times: twice is possible, not at all
    is not. `claimed_until` keeps two workers from sending it at once.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("等发送")
        SENT = "sent", _("已送达")
        DEAD = "dead", _("多次失败，等人处理")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("推送地址")
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+", verbose_name=_("事件"))
    kind = models.CharField(_("什么事"), max_length=100)
    body = models.TextField(_("内容"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("发送次数"), default=0)
    next_attempt_at = models.DateTimeField(_("下次发送时间"), default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    status_code = models.PositiveSmallIntegerField(_("对方回答"), null=True, blank=True)
    detail = models.CharField(_("说明"), max_length=200, blank=True)
    milliseconds = models.PositiveIntegerField(_("用时（毫秒）"), null=True, blank=True)
    created_at = models.DateTimeField(_("产生时间"), default=timezone.now)
    settled_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects: ClassVar[models.Manager[HookDelivery]] = models.Manager()

    class Meta:
        verbose_name = _("推送记录")
        verbose_name_plural = _("推送记录")
        constraints = [models.UniqueConstraint(name="one_hook_per_event", fields=["subscription", "event"])]
        indexes = [
            models.Index(name="hook_waiting", fields=["next_attempt_at"], condition=Q(state="waiting")),
            models.Index(name="hook_age", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return str(self.id)
