"""Which wishes were made of what, for administrators to look at."""

from django.contrib import admin

from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from portal.outbox.admin import ReadOnlyAdmin
from wishes.origins.models import WishOrigin

give_admin_permissions(Role.SYSTEM_ADMINISTRATOR, *model_permissions("wishes", "wishorigin", ("view",)))


@admin.register(WishOrigin)
class WishOriginAdmin(ReadOnlyAdmin):
    """Made on the confirming page alone, by whoever may."""

    list_display = ("wish", "way", "kind", "source_key", "is_current", "made_at")
    list_filter = ("way", "kind")
    list_select_related = ("wish",)
    search_fields = ("=wish__number",)
    ordering = ("-id",)
    fields = readonly_fields = ("wish", "way", "kind", "source_key", "is_current", "made_at")
