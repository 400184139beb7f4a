"""Routes for administrators to look at; they are planned on their own pages, by the people of the place."""

from django.contrib import admin

from grids.configuration.pages import ScopedAdmin
from grids.patrols.models import PatrolRoute
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from portal.outbox.admin import ReadOnlyAdmin

give_admin_permissions(Role.SYSTEM_ADMINISTRATOR, *model_permissions("grids", "patrolroute", ("view",)))


@admin.register(PatrolRoute)
class PatrolRouteAdmin(ScopedAdmin, ReadOnlyAdmin):
    """Which routes there are in the administrator's places, and how often they are walked."""

    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "place__path"

    list_display = ("name", "place", "rhythm", "starts_on", "is_active")
    list_filter = ("rhythm", "is_active")
    list_select_related = ("place",)
    search_fields = ("name",)
    ordering = ("-id",)
    fields = readonly_fields = ("name", "place", "rhythm", "weekdays", "every", "starts_on", "is_active")
