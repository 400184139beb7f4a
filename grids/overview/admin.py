"""Daily counts for administrators to look at; nothing is written here."""

from django.contrib import admin

from grids.configuration.pages import ScopedAdmin
from grids.overview.models import OpenDay
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from portal.outbox.admin import ReadOnlyAdmin

give_admin_permissions(Role.SYSTEM_ADMINISTRATOR, *model_permissions("grids", "openday", ("view",)))


@admin.register(OpenDay)
class OpenDayAdmin(ScopedAdmin, ReadOnlyAdmin):
    """Whether each day was counted, or worked out afterwards."""

    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "territory__path"

    list_display = ("day", "territory", "kind", "count", "counted_at", "is_derived")
    list_filter = ("kind", "is_derived")
    list_select_related = ("territory",)
    ordering = ("-day", "territory", "kind")
    fields = readonly_fields = list_display
