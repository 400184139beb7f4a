"""Looking at the counts behind the pages; nothing here is changed by hand (`manage.py recount_statistics` does)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from wishes.statistics.models import StatCell, WeeklyDigest

give_admin_permissions(
    Role.SYSTEM_ADMINISTRATOR,
    *model_permissions("wishes", "statcell", ("view",)),
    *model_permissions("wishes", "weeklydigest", ("view",)),
)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows and changes nothing."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StatCell)
class StatCellAdmin(ReadOnlyAdmin):
    """Sums by place, category and month."""

    list_display = ("path", "level", "category", "month", "submitted", "ended_fulfilled", "late", "satisfied")
    list_filter = ("level", "month")
    list_select_related = ("category",)
    search_fields = ("=path",)
    ordering = ("-month", "path")


@admin.register(WeeklyDigest)
class WeeklyDigestAdmin(ReadOnlyAdmin):
    """Which digests were made."""

    list_display = ("week", "territory", "made_at")
    list_filter = ("week",)
    list_select_related = ("territory",)
    ordering = ("-week", "territory")
