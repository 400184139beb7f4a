"""Configuring categories of incidents; looking at incidents without touching them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grids.configuration.forms import ServiceForm
from grids.configuration.pages import ScopedAdmin, SpreadsheetAdmin, actor_of
from grids.incidents.models import Incident, IncidentCategory
from grids.incidents.resources import IncidentCategoryResource
from grids.incidents.services.categories import FIELDS, save_category
from grids.roles.domain import Role
from grids.roles.powers import give_admin_permissions, model_permissions

give_admin_permissions(
    Role.SYSTEM_ADMINISTRATOR,
    *model_permissions("grids", "incidentcategory", ("view", "add", "change")),
    *model_permissions("grids", "incident", ("view",)),
)


class IncidentCategoryForm(ServiceForm):
    """A category as it is configured."""

    class Meta:
        model = IncidentCategory
        fields = FIELDS


@admin.register(IncidentCategory)
class IncidentCategoryAdmin(SpreadsheetAdmin):
    """What incidents are about, how soon they are handled and on which level; the same everywhere."""

    form = IncidentCategoryForm
    resource_classes = (IncidentCategoryResource,)
    list_display = ("name", "sort_words", "group", "limit", "handled_at", "position", "is_active")
    list_filter = ("group", "handled_at", "is_active")
    search_fields = ("name", "code")

    @admin.display(description=_("部件或事件"))
    def sort_words(self, category: IncidentCategory) -> str:
        return str(category.sort.label)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Categories belong to no place."""
        return admin.ModelAdmin.get_queryset(self, request)

    def save_model(self, request: HttpRequest, obj: IncidentCategory, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in FIELDS}
        found = IncidentCategory.objects.get(pk=obj.pk) if change else None
        obj.pk = save_category(actor=actor_of(request), category=found, **given).pk


@admin.register(Incident)
class IncidentAdmin(ScopedAdmin):
    """Incidents of the administrator's places, without who reported them. Every change is a service's."""

    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    list_display = ("number", "category", "community", "responsible_territory", "state", "due_at", "escalation")
    list_filter = ("state", "on_the_spot", "category__group", "grade")
    list_select_related = ("category", "community", "responsible_territory")
    search_fields = ("=number",)
    search_help_text = _("编号")
    ordering = ("-id",)
    fields = readonly_fields = (
        "number",
        "category",
        "territory",
        "building",
        "spot",
        "responsible_territory",
        "assigned_to",
        "handler",
        "state",
        "on_the_spot",
        "end_reason",
        "reopen_count",
        "verified_by",
        "evaluated_by",
        "grade",
        "was_on_time",
        "escalation",
        "due_at",
        "paused_at",
        "collected_at",
        "filed_at",
        "handled_at",
        "verified_at",
        "evaluated_at",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        return False
