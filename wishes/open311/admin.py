"""Sources and their keys, for system administrators. A key is shown once, on the page that answers the action."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from grids.configuration.forms import ServiceForm
from grids.configuration.pages import ServiceAdmin, actor_of
from grids.configuration.scope import inside, paths_in_scope
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from portal.errors import DomainError
from portal.outbox.admin import ReadOnlyAdmin
from wishes.open311 import hook_admin as hook_admin  # registers its pages
from wishes.open311 import services
from wishes.open311.models import ApiKey, KeyUsage
from wishes.wishes.models import Source

give_admin_permissions(
    Role.SYSTEM_ADMINISTRATOR,
    *model_permissions("wishes", "source", ("view", "add", "change")),
    *model_permissions("wishes", "apikey", ("view", "change")),
    *model_permissions("wishes", "keyusage", ("view",)),
)


class SourceForm(ServiceForm):
    """What an administrator says of a source."""

    class Meta:
        model = Source
        fields = ["name", "contact", "phone", "territory", "per_day", "is_active"]


@admin.register(Source)
class SourceAdmin(ServiceAdmin):
    """Hotlines and other systems that send wishes in."""

    form = SourceForm
    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "territory__path"
    list_display = ("name", "territory", "per_day", "used_today", "last_used", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("territory",)
    search_fields = ("name", "contact")
    autocomplete_fields = ("territory",)
    actions = ("issue_key",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        return super().get_queryset(request).defer("territory__boundary").prefetch_related("keys")

    @admin.display(description=_("今天收到"))
    def used_today(self, source: Source) -> int:
        usage = source.usage.filter(day=timezone.localdate()).first()
        return usage.count if usage else 0

    @admin.display(description=_("最近使用"))
    def last_used(self, source: Source) -> str:
        used = [key.last_used_at for key in source.keys.all() if key.last_used_at]
        return f"{timezone.localtime(max(used)):%Y-%m-%d %H:%M}" if used else "—"

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        actor, fields = actor_of(request), form.cleaned_data
        if change:
            services.change_source(actor=actor, source=Source.objects.get(pk=obj.pk), **fields)
        else:
            obj.pk = services.open_source(actor=actor, **fields).pk

    @admin.action(description=_("发一个新密钥（旧的再用一天）"), permissions=["change"])
    def issue_key(self, request: HttpRequest, queryset: QuerySet[Source]) -> HttpResponse | None:
        """One source at a time, so that nobody mixes keys up."""
        sources = list(queryset[:2])
        if len(sources) != 1:
            self.message_user(request, _("请只选一个来源。"), messages.WARNING)
            return None
        try:
            _key, text = services.issue_key(actor=actor_of(request), source=sources[0])
        except DomainError as error:
            self.message_user(request, str(error.message), messages.WARNING)
            return None
        context = {**self.admin_site.each_context(request), "source": sources[0], "text": text}
        response = TemplateResponse(request, "open311/admin/key.html", context)
        response["Cache-Control"] = "no-store"
        return response


class _OfSource(ReadOnlyAdmin):
    """Rows of the administrator's own sources."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        paths = paths_in_scope(request, frozenset({Role.SYSTEM_ADMINISTRATOR}))
        return super().get_queryset(request).filter(inside(paths, "source__territory__path"))


@admin.register(ApiKey)
class ApiKeyAdmin(_OfSource):
    """Keys: who got one, when it was used last, when it ends. None can be read again."""

    list_display = ["hint", "source", "created_at", "created_by", "last_used_at", "ends_at"]
    list_filter = ["source"]
    list_select_related = ["source", "created_by"]
    fields = ["source", "hint", "created_at", "created_by", "last_used_at", "ends_at"]
    ordering = ["-id"]
    actions = ["end_now"]

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Who may change a key may end it."""
        return request.user.has_perm("wishes.change_apikey")

    @admin.action(description=_("马上停用"), permissions=["end"])
    def end_now(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        keys = list(queryset)
        for key in keys:
            services.end_key(actor=actor_of(request), key=key)
        words = ngettext("{count} 个密钥停用了。", "{count} 个密钥停用了。", len(keys))
        self.message_user(request, words.format(count=len(keys)))


@admin.register(KeyUsage)
class KeyUsageAdmin(_OfSource):
    """How many wishes came in on each day."""

    list_display = ["day", "source", "count"]
    list_filter = ["source"]
    list_select_related = ["source"]
    fields = ["day", "source", "count"]
    ordering = ["-day", "-id"]
