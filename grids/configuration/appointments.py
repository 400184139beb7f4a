"""The admin pages of appointments: given and ended through services, spreadsheets among them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.bodies.domain import UNIT_ROLES
from grids.bodies.units import set_unit, unit_of
from grids.configuration.filters import InForceFilter, PlaceDistrictFilter
from grids.configuration.forms import AppointmentForm, HeldOfficeForm
from grids.configuration.pages import SpreadsheetAdmin, actor_of, whereabouts_of
from grids.configuration.resources import AppointmentResource
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.roles.services import appoint, end_appointment
from grids.territory.domain import Level


@admin.register(Appointment)
class AppointmentAdmin(SpreadsheetAdmin):
    """Appointments: given and ended, never rewritten."""

    form = AppointmentForm
    resource_classes = (AppointmentResource,)
    scope_roles = frozenset({Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR})
    scope_field = "territory__path"
    autocomplete_fields = ("user", "territory")
    list_display = ("person", "role", "territory", "whereabouts", "starts_on", "ends_on", "appointed_by")
    list_select_related = ("user", "territory", "appointed_by", "unit_office__body")
    list_filter = (InForceFilter, "role", PlaceDistrictFilter)
    search_fields = ("user__username", "user__display_name", "=user__phone", "territory__name", "territory__code")
    date_hierarchy = "starts_on"
    ordering = ("-starts_on", "-pk")

    @admin.display(description=_("人员"), ordering="user")
    def person(self, row: Appointment) -> str:
        return row.user.public_name

    @admin.display(description=_("所在"))
    def whereabouts(self, row: Appointment) -> str:
        unit = unit_of(row)
        return f"{whereabouts_of(row.territory)} · {unit.name}" if unit else whereabouts_of(row.territory)

    @admin.display(description=_("所属单位"))
    def unit_name(self, row: Appointment) -> str:
        unit = unit_of(row)
        return unit.name if unit else "—"

    def _takes_unit(self, request: HttpRequest, obj: Appointment) -> bool:
        """Whether the unit can be said here: of an instructor or liaison officer of a community, still in office."""
        return (
            obj.role in UNIT_ROLES
            and obj.territory.level == Level.COMMUNITY
            and (obj.ends_on is None or obj.ends_on > timezone.localdate())
            and self.has_change_permission(request, obj)
        )

    def get_fields(self, request: HttpRequest, obj: Appointment | None = None) -> tuple[str, ...]:
        last = ("starts_on", "ends_on", "public_phone", "reason")
        if obj is None:
            return ("user", "role", "territory", "unit", *last)
        unit = "unit" if self._takes_unit(request, obj) else "unit_name"
        return ("user", "role", "territory", unit, *last, "appointed_by", "ended_by")

    def get_form(
        self, request: HttpRequest, obj: Appointment | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            return super().get_form(request, obj, change=change, **kwargs)
        form = super().get_form(request, obj, change=change, **{**kwargs, "form": HeldOfficeForm})
        if not self._takes_unit(request, obj):
            form.base_fields.pop("unit", None)
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Appointment | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return (
            "unit_name",
            "user",
            "role",
            "territory",
            "starts_on",
            "public_phone",
            "reason",
            "appointed_by",
            "ended_by",
        )

    def save_model(self, request: HttpRequest, obj: Appointment, form: Any, change: bool) -> None:
        actor, given = actor_of(request), form.cleaned_data
        if change:
            if "unit" in form.changed_data:
                set_unit(actor=actor, appointment=obj, unit=given["unit"])
            if "ends_on" in form.changed_data and given["ends_on"] is not None:
                end_appointment(actor=actor, appointment=obj, on=given["ends_on"])
            return
        saved = appoint(
            actor=actor,
            user=given["user"],
            role=Role(given["role"]),
            territory=given["territory"],
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            reason=given["reason"],
            public_phone=given["public_phone"],
        )
        obj.pk = saved.pk
        if given["unit"] is not None:
            set_unit(actor=actor, appointment=saved, unit=given["unit"])
