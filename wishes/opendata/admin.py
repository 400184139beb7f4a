"""Which tables were published, for system administrators."""

from django.contrib import admin

from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions
from portal.outbox.admin import ReadOnlyAdmin
from wishes.opendata.models import Edition

give_admin_permissions(Role.SYSTEM_ADMINISTRATOR, *model_permissions("wishes", "edition", ("view",)))


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    """One row for each day of the last month."""

    list_display = ["day", "rows", "left_out", "csv_bytes", "jsonl_bytes", "made_at"]
    fields = ["day", "rows", "left_out", "csv_bytes", "csv_sha256", "jsonl_bytes", "jsonl_sha256", "made_at"]
    ordering = ["-day"]
