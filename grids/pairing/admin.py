"""Admin page of the households: building and door. Who looks after whom, and special care, are not configuration."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from grids.configuration.filters import DistrictFilter
from grids.configuration.forms import ServiceForm
from grids.configuration.pages import SpreadsheetAdmin, actor_of
from grids.pairing.models import Household
from grids.pairing.resources import HouseholdResource
from grids.pairing.services import add_household
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions

give_admin_permissions(Role.SYSTEM_ADMINISTRATOR, *model_permissions("grids", "household", ("view", "add", "change")))


class BuildingDistrictFilter(DistrictFilter):
    """By district, for rows that stand in a building."""

    path_field = "building__path"


class HouseholdForm(ServiceForm):
    """Where a household is. It stays there: another flat is another household."""

    class Meta:
        model = Household
        fields = ("building", "door")


@admin.register(Household)
class HouseholdAdmin(SpreadsheetAdmin):
    """Flats of the buildings, without names."""

    form = HouseholdForm
    resource_classes = (HouseholdResource,)
    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "building__path"
    autocomplete_fields = ("building",)
    list_display = ("building", "door", "is_paired")
    list_filter = (BuildingDistrictFilter,)
    list_select_related = ("building",)
    search_fields = ("building__name", "=building__code", "door")
    ordering = ("id",)

    def get_readonly_fields(self, request: HttpRequest, obj: Household | None = None) -> tuple[str, ...]:
        return () if obj is None else ("building", "door")

    def has_change_permission(self, request: HttpRequest, obj: Household | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Household, form: Any, change: bool) -> None:
        given = form.cleaned_data
        obj.pk = add_household(actor=actor_of(request), building=given["building"], door=given["door"]).pk
