"""Numbers around wishes for administrators; who follows what is nobody's business."""

from django.contrib import admin
from django.http import HttpRequest

from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from wishes.neighbours.models import Tally

give_admin_permissions(Role.SYSTEM_ADMINISTRATOR, *model_permissions("wishes", "tally", ("view",)))


@admin.register(Tally)
class TallyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Which wishes many wait for."""

    list_display = ("wish", "me_too", "followers")
    list_select_related = ("wish",)
    search_fields = ("=wish__number",)
    ordering = ("-me_too", "-followers")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Tally | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Tally | None = None) -> bool:
        return False
