"""Where long work stands, for administrators: never what came of it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from portal.jobs.models import Job
from portal.outbox.admin import ReadOnlyAdmin


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs, newest first."""

    list_display = ["uuid", "label", "asked_by", "state", "attempts", "done", "total", "created_at", "finished_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["owner"]
    search_fields = ["=uuid"]
    search_help_text = _("任务编号")
    ordering = ["-id"]
    fields = [
        "uuid",
        "label",
        "asked_by",
        "state",
        "attempts",
        "done",
        "total",
        "error",
        "size",
        "created_at",
        "started_at",
        "finished_at",
        "expires_at",
    ]

    @admin.display(description=_("是什么"))
    def label(self, job: Job) -> str:
        return str(job.label)

    @admin.display(description=_("谁要的"))
    def asked_by(self, job: Job) -> str:
        return f"{job.owner.public_name} #{job.owner_id}" if job.owner else str(_("门户自己"))
