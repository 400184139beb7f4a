"""Gatherings for the system administrator: what was planned and held, changed only by the organisation itself.

Who was there and what was said have no page here.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from grids.configuration.filters import PlaceDistrictFilter
from grids.configuration.pages import ServiceAdmin
from grids.gatherings.models import Gathering
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions

give_admin_permissions(Role.SYSTEM_ADMINISTRATOR, *model_permissions("grids", "gathering", ("view",)))


class OrganisationDistrictFilter(PlaceDistrictFilter):
    """By district, for rows of an organisation."""

    path_field = "organisation__territory__path"


@admin.register(Gathering)
class GatheringAdmin(ServiceAdmin):
    """When which organisation held what, newest first."""

    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "organisation__territory__path"
    list_display = ("held_on", "organisation", "kind", "state", "expected", "present", "on_leave")
    list_filter = ("kind", "state", OrganisationDistrictFilter)
    list_select_related = ("organisation",)
    search_fields = ("organisation__name", "organisation__territory__name")
    ordering = ("-held_on", "-id")
    fields = ("organisation", "kind", "held_on", "place", "state", "expected", "present", "on_leave")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
