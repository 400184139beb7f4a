"""What happened, who must still hear of it, and the chain of seals that shows nothing was changed since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, UnknownEventType, Visibility, decode, event_type

__all__ = ["Delivery", "Event", "EventText", "Seal", "Unsealed"]

# The rows of a test database are emptied between tests; no other database sets this.
REFUSE_TRUNCATE = """
    IF current_setting('wuwei.truncate', true) IS DISTINCT FROM 'allowed' THEN
        RAISE EXCEPTION 'wuwei: % is append-only', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
"""


def append_only(operation: Any) -> list[pgtrigger.Trigger]:
    """Triggers under which PostgreSQL itself refuses these operations, and TRUNCATE, for whoever asks."""
    return [
        pgtrigger.Protect(name="append_only", operation=operation),
        pgtrigger.Trigger(
            name="never_truncated",
            operation=pgtrigger.Truncate,
            when=pgtrigger.Before,
            level=pgtrigger.Statement,
            func=REFUSE_TRUNCATE,
        ),
    ]


def subject_type(subject: models.Model) -> str:
    """How events name the kind of this object, such as "wishes.wish"."""
    return subject._meta.label_lower


class EventQuerySet(models.QuerySet["Event"]):
    """Chainable reads of events."""

    def about(self, subject: models.Model) -> EventQuerySet:
        """Events of one object."""
        return self.filter(subject_type=subject_type(subject), subject_id=subject.pk)

    def at_levels(self, levels: Iterable[Visibility]) -> EventQuerySet:
        """Events that readers of these levels may see. There is no order among levels: each is named."""
        return self.filter(visibility__in=[str(level) for level in levels])


class Event(models.Model):
    """One thing that happened (事件): never changed, never removed. The timeline and the audit log read these rows."""

    id = models.BigAutoField(primary_key=True)
    type = models.CharField(_("类型"), max_length=100)
    payload = models.JSONField(_("内容"), default=dict)
    subject_type = models.CharField(_("对象类型"), max_length=60)
    subject_id = models.BigIntegerField(_("对象编号"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("谁做的"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("替谁做的"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    visibility = models.CharField(_("可见范围"), max_length=10, choices=Visibility.choices)
    text_digest = models.CharField(_("附言指纹"), max_length=64, blank=True)
    occurred_at = models.DateTimeField(_("发生时间"), default=timezone.now)
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    objects: ClassVar[EventQuerySet] = EventQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("事件")
        verbose_name_plural = _("事件")
        indexes = [
            models.Index(name="event_timeline", fields=["subject_type", "subject_id", "occurred_at", "id"]),
            models.Index(name="event_by_actor", fields=["actor", "id"], condition=Q(actor__isnull=False)),
            models.Index(name="event_behalf", fields=["on_behalf_of", "id"], condition=Q(on_behalf_of__isnull=False)),
            models.Index(name="event_by_type", fields=["type", "id"]),
        ]
        triggers = append_only(pgtrigger.Update | pgtrigger.Delete)
        permissions = [("view_audit", _("可以查看审计记录"))]

    def __str__(self) -> str:
        return f"{self.label} #{self.pk}"

    @property
    def label(self) -> str:
        """What happened, in the reader's words; the bare key where the type is no longer declared."""
        try:
            return str(event_type(self.type).label)
        except UnknownEventType:
            return self.type

    @cached_property
    def payload_object(self) -> Payload:
        """The typed payload. Raises UnknownEventType or PayloadError."""
        return decode(self.type, self.payload)

    @property
    def text(self) -> str:
        """The words given with the event; empty where none were given or where they were erased."""
        words: EventText | None = getattr(self, "words", None)
        return words.text if words else ""

    @property
    def text_is_erased(self) -> bool:
        """Whether there were words which somebody had the right to take back."""
        return bool(self.text_digest) and not self.text


class EventText(models.Model):
    """The free words of an event (附言), apart from it so that they can be erased: the event keeps a salted digest."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="words")
    text = models.TextField(_("附言"))
    salt = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("事件附言")
        verbose_name_plural = _("事件附言")
        triggers = [pgtrigger.Protect(name="never_rewritten", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"#{self.event_id}"


class Delivery(models.Model):
    """That one handler has to hear, or has heard, of one event (投递)."""

    class State(models.TextChoices):
        PENDING = "pending", _("等待处理")
        DONE = "done", _("已处理")
        DEAD = "dead", _("多次失败，等人处理")

    event = models.ForeignKey(Event, verbose_name=_("事件"), on_delete=models.PROTECT, related_name="deliveries")
    handler = models.CharField(_("处理者"), max_length=100)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(_("失败次数"), default=0)
    next_attempt_at = models.DateTimeField(_("下次处理时间"), default=timezone.now)
    last_error = models.CharField(_("最近一次错误"), max_length=300, blank=True)
    done_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("事件投递")
        verbose_name_plural = _("事件投递")
        constraints = [models.UniqueConstraint(name="one_delivery_per_handler", fields=["event", "handler"])]
        indexes = [
            models.Index(name="delivery_pending", fields=["event", "id"], condition=Q(state="pending")),
            models.Index(name="delivery_dead", fields=["id"], condition=Q(state="dead")),
            models.Index(name="delivery_done", fields=["done_at"], condition=Q(state="done")),
        ]

    def __str__(self) -> str:
        return f"{self.handler} ← #{self.event_id}"


class Unsealed(models.Model):
    """That an event still waits for its seal. Written with the event, so that the sealer finds late commits too."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="+")

    class Meta:
        verbose_name = _("待封存事件")
        verbose_name_plural = _("待封存事件")

    def __str__(self) -> str:
        return f"#{self.event_id}"


class Seal(models.Model):
    """One link of the audit chain (封条): the digest covers the event's row and the digest before it.

    Event ids are given before commit, so a lower id may appear later: the chain follows `sequence`, not the id.
    """

    sequence = models.BigIntegerField(_("序号"), primary_key=True)
    event = models.OneToOneField(Event, verbose_name=_("事件"), on_delete=models.PROTECT, related_name="seal")
    previous = models.CharField(_("前一指纹"), max_length=64)
    digest = models.CharField(_("指纹"), max_length=64)
    sealed_at = models.DateTimeField(_("封存时间"))

    class Meta:
        verbose_name = _("封条")
        verbose_name_plural = _("封条")
        triggers = append_only(pgtrigger.Update | pgtrigger.Delete)

    def __str__(self) -> str:
        return f"{self.sequence}: {self.digest[:12]}"
