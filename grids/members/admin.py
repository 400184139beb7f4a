"""Admin page of the service posts. Members' own records have none: only their community's staff see them."""

from django.contrib import admin

from grids.members.models import ServicePost
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions

give_admin_permissions(Role.SYSTEM_ADMINISTRATOR, *model_permissions("grids", "servicepost", ("view", "add", "change")))


@admin.register(ServicePost)
class ServicePostAdmin(admin.ModelAdmin[ServicePost]):
    """What members can choose to do; a post in use is hidden, not deleted."""

    list_display = ("name", "description", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name",)
    fields = ("name", "description", "position", "is_active")

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
