"""Numbers around wishes for administrators; who follows what is nobody's business."""

from django.contrib import admin

from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from portal.outbox.admin import ReadOnlyAdmin
from wishes.neighbours.models import Comment, Tally

give_admin_permissions(
    Role.SYSTEM_ADMINISTRATOR,
    *model_permissions("wishes", "tally", ("view",)),
    *model_permissions("wishes", "comment", ("view",)),
)


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    """What was said and what was done about it; whoever hides a comment does so on its page, with a reason."""

    list_display = ("wish", "state", "text", "written_at", "hidden_by", "hidden_reason")
    list_filter = ("state",)
    list_select_related = ("wish", "hidden_by")
    search_fields = ("=wish__number",)
    ordering = ("-id",)
    fields = readonly_fields = ("wish", "text", "state", "written_at", "hidden_by", "hidden_at", "hidden_reason")


@admin.register(Tally)
class TallyAdmin(ReadOnlyAdmin):
    """Which wishes many wait for."""

    list_display = ("wish", "me_too", "followers")
    list_select_related = ("wish",)
    search_fields = ("=wish__number",)
    ordering = ("-me_too", "-followers")
