"""Where messages stand, for administrators: never what they say, and names only masked."""

from __future__ import annotations

from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.accounts.models import User
from portal.errors import DomainError
from portal.notifications.models import ChannelDelivery, Digest, FanOut
from portal.notifications.registry import UnknownKind, kind_of
from portal.notifications.services import resend
from portal.outbox.admin import ReadOnlyAdmin


def kind_label(key: str) -> str:
    """A kind in words; its key where it is no longer declared."""
    try:
        return str(kind_of(key).label)
    except UnknownKind:
        return key


@admin.register(ChannelDelivery)
class ChannelDeliveryAdmin(ReadOnlyAdmin):
    """One message to one person by one channel; those that stopped can be sent again."""

    list_display = ["id", "kind", "to", "channel", "standing", "attempts", "next_attempt_at", "settled_at", "detail"]
    list_filter = ["standing", "channel", "rhythm", "in_bulk"]
    list_select_related = ["notice", "recipient"]
    search_fields = ["=id", "=notice__id", "=provider_id"]
    search_help_text = _("投递编号、消息编号或服务商编号")
    ordering = ["-id"]
    fields = [
        "id",
        "kind",
        "to",
        "channel",
        "rhythm",
        "standing",
        "urgent",
        "in_bulk",
        "attempts",
        "next_attempt_at",
        "claimed_at",
        "settled_at",
        "provider_id",
        "detail",
    ]
    actions = ["send_again"]

    @admin.display(description=_("消息类型"))
    def kind(self, delivery: ChannelDelivery) -> str:
        return kind_label(delivery.notice.kind)

    @admin.display(description=_("收件人"))
    def to(self, delivery: ChannelDelivery) -> str:
        return f"{delivery.recipient.public_name} #{delivery.recipient_id}"

    def has_send_again_permission(self, request: HttpRequest) -> bool:
        """Who may change a delivery may have it sent again."""
        return request.user.has_perm("portal.change_channeldelivery")

    @admin.action(description=_("重新发送"), permissions=["send_again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[ChannelDelivery]) -> None:
        actor = cast(User, request.user)
        count = 0
        for delivery in queryset:
            try:
                resend(actor=actor, delivery=delivery)
                count += 1
            except DomainError as error:
                self.message_user(request, f"{delivery}: {error.message}", messages.WARNING)
        if count:
            words = ngettext("{count} 条消息马上重发。", "{count} 条消息马上重发。", count)
            self.message_user(request, words.format(count=count))


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin):
    """Gathered notices."""

    list_display = ["id", "to", "channel", "rhythm", "standing", "attempts", "settled_at", "detail"]
    list_filter = ["standing", "channel", "rhythm"]
    list_select_related = ["recipient"]
    ordering = ["-id"]
    fields = ["id", "to", "channel", "rhythm", "standing", "attempts", "next_attempt_at", "settled_at", "detail"]

    @admin.display(description=_("收件人"))
    def to(self, digest: Digest) -> str:
        return f"{digest.recipient.public_name} #{digest.recipient_id}"


@admin.register(FanOut)
class FanOutAdmin(ReadOnlyAdmin):
    """Messages to very many, and how far they have come."""

    list_display = ["id", "what", "cursor", "total", "failures", "created_at", "done_at"]
    list_filter = [("done_at", admin.EmptyFieldListFilter)]
    ordering = ["-id"]
    fields = ["id", "what", "event", "cursor", "total", "failures", "next_attempt_at", "created_at", "done_at"]

    @admin.display(description=_("消息类型"))
    def what(self, fan_out: FanOut) -> str:
        return kind_label(fan_out.kind)
