"""What people were told, by which way, and how they wish to be told."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.notifications.domain import QUIET_FROM, QUIET_UNTIL, Rhythm, Standing
from portal.notifications.registry import Channel, NoticeKind, UnknownKind, kind_of
from portal.outbox.models import Event

__all__ = ["ChannelDelivery", "Digest", "FanOut", "Notice", "Preference", "QuietHours"]

STANDINGS = {
    Standing.HELD: _("等汇总"),
    Standing.GATHERED: _("已放进汇总"),
    Standing.WAITING: _("等发送"),
    Standing.SENDING: _("正在发送"),
    Standing.SENT: _("已发送"),
    Standing.SKIPPED: _("不用发送"),
    Standing.FAILED: _("对方无法接收"),
    Standing.DEAD: _("多次失败，等人处理"),
    Standing.UNKNOWN: _("不知道是否送到"),
}
RHYTHMS = {
    Rhythm.AT_ONCE: _("马上告诉我"),
    Rhythm.DAILY: _("每天汇总一次"),
    Rhythm.WEEKLY: _("每周汇总一次"),
    Rhythm.OFF: _("不用告诉我"),
}


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Chainable reads of notices."""

    def of(self, user_id: int) -> NoticeQuerySet:
        """One person's own, newest first."""
        return self.filter(recipient_id=user_id).order_by("-created_at", "-id")

    def unread(self) -> NoticeQuerySet:
        """Those not opened yet."""
        return self.filter(read_at__isnull=True)

    def before(self, notice: Notice) -> NoticeQuerySet:
        """Those that stand below this one when the newest stand first."""
        earlier = Q(created_at__lt=notice.created_at)
        return self.filter(earlier | Q(created_at=notice.created_at, pk__lt=notice.pk))


class Notice(models.Model):
    """One message in a person's inbox (消息). Its words are made from kind and params in the reader's language."""

    event = models.ForeignKey(Event, verbose_name=_("事件"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("消息类型"), max_length=100)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("收件人"), on_delete=models.CASCADE, related_name="notices"
    )
    params = models.JSONField(_("内容"), default=dict)
    url = models.CharField(_("链接"), max_length=300)
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("消息")
        verbose_name_plural = _("消息")
        constraints = [models.UniqueConstraint(name="told_once", fields=["event", "kind", "recipient"])]
        indexes = [
            models.Index(name="notice_inbox", fields=["recipient", "-created_at", "-id"]),
            models.Index(name="notice_unread", fields=["recipient"], condition=Q(read_at__isnull=True)),
            models.Index(name="notice_read", fields=["read_at"], condition=Q(read_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def definition(self) -> NoticeKind | None:
        """The declared kind; None where it is no longer declared."""
        try:
            return kind_of(self.kind)
        except UnknownKind:
            return None

    @property
    def title(self) -> str:
        """The title in the active language."""
        return self.definition.render_title(self.params) if self.definition else str(_("一条消息"))

    @property
    def body(self) -> str:
        """The body in the active language."""
        return self.definition.render_body(self.params) if self.definition else ""


class Dispatch(models.Model):
    """One message to one person by one outside channel, and where it stands.

    `sending` is committed before the gateway is called: a process killed in between leaves the row there, and it is
    never sent again by itself. After a while it becomes `unknown`, for a person to look at.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("收件人"), on_delete=models.CASCADE, related_name="+"
    )
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)
    standing = models.CharField(_("状态"), max_length=10, choices=list(STANDINGS.items()), default=Standing.WAITING)
    in_bulk = models.BooleanField(_("批量"), default=False)
    urgent = models.BooleanField(_("紧急"), default=False)
    attempts = models.PositiveSmallIntegerField(_("失败次数"), default=0)
    next_attempt_at = models.DateTimeField(_("下次发送时间"), default=timezone.now)
    token = models.UUIDField(_("发送凭据"), default=uuid.uuid4, editable=False)
    claimed_at = models.DateTimeField(_("开始发送时间"), null=True, blank=True)
    settled_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    provider_id = models.CharField(_("服务商编号"), max_length=200, blank=True)
    detail = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        abstract = True


class Digest(Dispatch):
    """Several notices told in one message (汇总)."""

    rhythm = models.CharField(_("节奏"), max_length=10, choices=list(RHYTHMS.items()))

    class Meta:
        verbose_name = _("汇总")
        verbose_name_plural = _("汇总")
        indexes = [
            models.Index(name="digest_waiting", fields=["next_attempt_at", "id"], condition=Q(standing="waiting")),
            models.Index(name="digest_sending", fields=["claimed_at"], condition=Q(standing="sending")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class ChannelDelivery(Dispatch):
    """One notice by one outside channel (渠道投递). The inbox needs none: there the notice itself is the delivery."""

    notice = models.ForeignKey(Notice, verbose_name=_("消息"), on_delete=models.CASCADE, related_name="deliveries")
    rhythm = models.CharField(_("节奏"), max_length=10, choices=list(RHYTHMS.items()), default=Rhythm.AT_ONCE)
    digest = models.ForeignKey(
        Digest, verbose_name=_("汇总"), on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )

    class Meta:
        verbose_name = _("渠道投递")
        verbose_name_plural = _("渠道投递")
        constraints = [models.UniqueConstraint(name="one_delivery_per_channel", fields=["notice", "channel"])]
        indexes = [
            models.Index(
                name="channel_waiting", fields=["in_bulk", "next_attempt_at", "id"], condition=Q(standing="waiting")
            ),
            models.Index(name="channel_held", fields=["next_attempt_at", "recipient"], condition=Q(standing="held")),
            models.Index(name="channel_sending", fields=["claimed_at"], condition=Q(standing="sending")),
            models.Index(
                name="channel_trouble", fields=["id"], condition=Q(standing__in=["failed", "dead", "unknown"])
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class FanOut(models.Model):
    """One event to be told to very many people, a part at a time (群发). `cursor` is how many have been reached."""

    event = models.ForeignKey(Event, verbose_name=_("事件"), on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("消息类型"), max_length=100)
    params = models.JSONField(_("内容"), default=dict)
    url = models.CharField(_("链接"), max_length=300)
    recipients = ArrayField(models.BigIntegerField(), verbose_name=_("收件人"))
    total = models.PositiveIntegerField(_("总人数"))
    cursor = models.PositiveIntegerField(_("已完成人数"), default=0)
    created_at = models.DateTimeField(_("开始时间"), auto_now_add=True)
    failures = models.PositiveSmallIntegerField(_("失败次数"), default=0)
    next_attempt_at = models.DateTimeField(_("下次处理时间"), default=timezone.now)
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("群发")
        verbose_name_plural = _("群发")
        indexes = [
            models.Index(name="fan_out_open", fields=["next_attempt_at", "id"], condition=Q(done_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.cursor}/{self.total}"


class Preference(models.Model):
    """How one person wishes one kind of notice by one channel (通知偏好). Without a row, at once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("用户"), on_delete=models.CASCADE, related_name="notice_preferences"
    )
    kind = models.CharField(_("消息类型"), max_length=100)
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)
    rhythm = models.CharField(_("节奏"), max_length=10, choices=list(RHYTHMS.items()))

    class Meta:
        verbose_name = _("通知偏好")
        verbose_name_plural = _("通知偏好")
        constraints = [models.UniqueConstraint(name="one_wish_per_channel", fields=["user", "kind", "channel"])]

    def __str__(self) -> str:
        return f"{self.kind}/{self.channel}: {self.rhythm}"


class QuietHours(models.Model):
    """When one person is not to be disturbed (免打扰时段), by SMS or e-mail. Without a row, from nine to eight."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("用户"),
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="quiet_hours",
    )
    starts = models.TimeField(_("从"), default=QUIET_FROM)
    ends = models.TimeField(_("到"), default=QUIET_UNTIL)

    class Meta:
        verbose_name = _("免打扰时段")
        verbose_name_plural = _("免打扰时段")

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"
