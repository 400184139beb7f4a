"""Visits for the system administrator: that somebody was in a building, and how often it was put right.

Doors and words have no page here.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from grids.configuration.filters import PlaceDistrictFilter
from grids.configuration.pages import ServiceAdmin
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from grids.visits.models import Visit

give_admin_permissions(Role.SYSTEM_ADMINISTRATOR, *model_permissions("grids", "visit", ("view",)))


class BuildingDistrictFilter(PlaceDistrictFilter):
    """By district, for rows of a building."""

    path_field = "building__path"


@admin.register(Visit)
class VisitAdmin(ServiceAdmin):
    """Where somebody was when, newest first."""

    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "building__path"
    list_display = ("visited_at", "building", "kind", "corrections", "withdrawn_at")
    list_filter = ("kind", BuildingDistrictFilter)
    list_select_related = ("building",)
    search_fields = ("building__name",)
    ordering = ("-visited_at", "-id")
    fields = ("building", "visited_at", "logged_at", "kind", "corrections", "withdrawn_at", "forgotten_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
