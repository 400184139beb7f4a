"""Numbers around wishes for administrators; who follows what is nobody's business."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from wishes.neighbours.models import Comment, Tally

give_admin_permissions(
    Role.SYSTEM_ADMINISTRATOR,
    *model_permissions("wishes", "tally", ("view",)),
    *model_permissions("wishes", "comment", ("view",)),
)


class _OnlyRead(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that only services change."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Comment)
class CommentAdmin(_OnlyRead):
    """What was said and what was done about it; whoever hides a comment does so on its page, with a reason."""

    list_display = ("wish", "state", "text", "written_at", "hidden_by", "hidden_reason")
    list_filter = ("state",)
    list_select_related = ("wish", "hidden_by")
    search_fields = ("=wish__number",)
    ordering = ("-id",)
    fields = readonly_fields = ("wish", "text", "state", "written_at", "hidden_by", "hidden_at", "hidden_reason")


@admin.register(Tally)
class TallyAdmin(_OnlyRead):
    """Which wishes many wait for."""

    list_display = ("wish", "me_too", "followers")
    list_select_related = ("wish",)
    search_fields = ("=wish__number",)
    ordering = ("-me_too", "-followers")
