"""What happened, and what got stuck, for administrators. Nothing is changed here except by a service."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.accounts.models import User
from portal.errors import DomainError
from portal.outbox.models import Delivery, Event, Seal
from portal.outbox.registry import Visibility, event_types
from portal.outbox.services import retry_delivery


class BoundedPaginator(Paginator[Any]):
    """Counts to ten thousand at most, so that a list costs the same however long the table grows."""

    most = 10_000

    @cached_property
    def count(self) -> int:
        return cast(QuerySet[Any], self.object_list)[: self.most].count()


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that services write: shown, never changed here."""

    paginator = BoundedPaginator
    show_full_result_count = False
    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TypeFilter(admin.SimpleListFilter):
    """By what happened, in words."""

    title = _("类型")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(entry.key, str(entry.label)) for entry in event_types()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(type=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """Everything that happened. Audit events show only to those who may read the audit log."""

    list_display = ["id", "what", "subject_type", "subject_id", "actor", "on_behalf_of", "visibility", "occurred_at"]
    list_filter = [TypeFilter, "visibility", ("occurred_at", admin.DateFieldListFilter)]
    list_select_related = ["actor", "on_behalf_of"]
    search_fields = ["=subject_id", "=actor__username", "=actor__phone"]
    search_help_text = _("对象编号，或操作人的用户名、手机号")
    ordering = ["-id"]
    fields = [
        "id",
        "what",
        "type",
        "payload",
        "subject_type",
        "subject_id",
        "actor",
        "on_behalf_of",
        "visibility",
        "words_given",
        "occurred_at",
        "recorded_at",
        "sealed",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        events: QuerySet[Event] = super().get_queryset(request)
        return events if request.user.has_perm("portal.view_audit") else events.exclude(visibility=Visibility.AUDIT)

    @admin.display(description=_("事件"))
    def what(self, event: Event) -> str:
        return event.label

    @admin.display(description=_("附言"))
    def words_given(self, event: Event) -> str:
        return str(_("（已按本人要求删除）")) if event.text_is_erased else event.text

    @admin.display(description=_("封条"))
    def sealed(self, event: Event) -> str:
        seal: Seal | None = getattr(event, "seal", None)
        return f"{seal.sequence}: {seal.digest}" if seal else str(_("还没封存"))


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    """The audit chain."""

    list_display = ["sequence", "event_id", "digest", "sealed_at"]
    search_fields = ["=event__id", "=digest"]
    ordering = ["-sequence"]
    fields = ["sequence", "event", "previous", "digest", "sealed_at"]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """Which handler has heard of which event; those that gave up can be tried again."""

    list_display = ["id", "handler", "event", "state", "attempts", "next_attempt_at", "last_error", "done_at"]
    list_filter = ["state", "handler"]
    list_select_related = ["event"]
    search_fields = ["=event__id", "handler"]
    ordering = ["-id"]
    actions = ["retry"]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Who may change a delivery may have it tried again."""
        return request.user.has_perm("portal.change_delivery")

    @admin.action(description=_("再试一次"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        actor = cast(User, request.user)
        count = 0
        for delivery in queryset:
            try:
                retry_delivery(actor=actor, delivery=delivery)
                count += 1
            except DomainError as error:
                self.message_user(request, f"{delivery}: {error.message}", messages.WARNING)
        if count:
            words = ngettext("{count} 条投递马上再试。", "{count} 条投递马上再试。", count)
            self.message_user(request, words.format(count=count))
