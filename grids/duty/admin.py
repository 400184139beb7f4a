"""Leave and cover, to read: they are arranged on the duty board."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grids.configuration.pages import ScopedAdmin
from grids.roles.domain import Role
from grids.roles.models import DutyCover


@admin.register(DutyCover)
class DutyCoverAdmin(ScopedAdmin):
    """Who stood in for whom, and who arranged it."""

    scope_roles = frozenset({Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR})
    scope_field = "appointment__territory__path"
    list_display = ("who", "place", "cover", "starts_on", "ends_on", "arranged_by")
    list_select_related = ("appointment__user", "appointment__territory", "cover", "arranged_by")
    search_fields = ("appointment__territory__name", "appointment__territory__code")
    date_hierarchy = "starts_on"
    fields = ("who", "place", "cover", "kind", "starts_on", "ends_on", "arranged_by")
    readonly_fields = fields

    @admin.display(description=_("谁"))
    def who(self, row: DutyCover) -> str:
        return f"{row.appointment.user.public_name} · {row.appointment.get_role_display()}"

    @admin.display(description=_("网格"))
    def place(self, row: DutyCover) -> str:
        return str(row.appointment.territory.name)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: DutyCover | None = None) -> bool:
        return False
