"""What was said of photos, for administrators; staff of the place settle it on the wish's page of photos."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from portal.outbox.admin import ReadOnlyAdmin
from wishes.desk.models import PhotoReport

give_admin_permissions(Role.SYSTEM_ADMINISTRATOR, *model_permissions("wishes", "photoreport", ("view",)))


@admin.register(PhotoReport)
class PhotoReportAdmin(ReadOnlyAdmin):
    """Which photos wait to be looked at and what became of the others. Who said it is nobody's business here."""

    list_display = ("wish", "reason", "created_at", "settled_at", "was_covered")
    list_filter = ("reason", ("settled_at", admin.EmptyFieldListFilter), "was_covered")
    search_fields = ("=photo__wish__number",)
    ordering = ("-id",)
    fields = readonly_fields = ("wish", "reason", "created_at", "settled_at", "was_covered")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PhotoReport]:
        return super().get_queryset(request).select_related("photo__wish")

    @admin.display(description=_("心愿"))
    def wish(self, report: PhotoReport) -> str:
        return str(report.photo.wish)
