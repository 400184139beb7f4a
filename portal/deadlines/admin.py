"""Configuring the working-day calendar, and looking at clocks without touching them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.deadlines.calendar import territories
from portal.deadlines.models import CalendarChange, CalendarOverride, Clock, ClockExtension, ClockPause
from portal.deadlines.recomputing import change_override, remove_override, set_override
from portal.deadlines.words import explain
from portal.outbox.admin import ReadOnlyAdmin


class CalendarOverrideForm(forms.ModelForm):  # type: ignore[type-arg]
    """An exception, with its place given by the official division code."""

    territory_code = forms.CharField(
        label=_("只在这个地方"),
        required=False,
        max_length=15,
        help_text=_("行政区划代码，例如 320105004；留空表示各地都一样"),
    )

    class Meta:
        model = CalendarOverride
        fields = ["date", "is_workday", "note", "territory_id"]
        widgets = {"territory_id": forms.HiddenInput}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        code = cleaned.get("territory_code", "").strip()
        tree = territories()
        if code and tree is not None:
            cleaned["territory_id"] = tree.id_of(code)
            if cleaned["territory_id"] is None:
                self.add_error("territory_code", _("没有找到代码是 {code} 的地方，请核对。").format(code=code))
        return cleaned


@admin.register(CalendarOverride)
class CalendarOverrideAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Days that are worked, or not, other than the national calendar says; running clocks follow within a minute."""

    form = CalendarOverrideForm
    list_display = ["date", "is_workday", "note", "place"]
    list_filter = ["is_workday"]
    search_fields = ["note"]
    date_hierarchy = "date"

    @admin.display(description=_("哪里"))
    def place(self, override: CalendarOverride) -> str:
        tree = territories()
        if override.territory_id is None:
            return str(_("各地"))
        return tree.name(override.territory_id) if tree else str(override.territory_id)

    def save_model(
        self, request: HttpRequest, obj: CalendarOverride, form: "forms.ModelForm[CalendarOverride]", change: bool
    ) -> None:
        values: dict[str, Any] = {
            "actor": _person(request),
            "day": obj.date,
            "is_workday": obj.is_workday,
            "note": obj.note,
            "territory_id": obj.territory_id,
            "at": timezone.now(),
        }
        if change:
            change_override(override=CalendarOverride.objects.get(pk=obj.pk), **values)
        else:
            obj.pk = set_override(**values).pk

    def delete_model(self, request: HttpRequest, obj: CalendarOverride) -> None:
        remove_override(actor=_person(request), override=obj, at=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CalendarOverride]) -> None:
        for override in queryset:
            remove_override(actor=_person(request), override=override, at=timezone.now())


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows beneath a clock, shown only."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PauseInline(ReadOnlyInline):
    """When it stood still, and why."""

    model = ClockPause


class ExtensionInline(ReadOnlyInline):
    """How much more time it was given, and why."""

    model = ClockExtension


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin):
    """Clocks and their life in words."""

    list_display = ["kind", "subject_type", "subject_id", "limit_code", "state", "started_at", "due_at", "escalation"]
    list_filter = ["state", "kind", "escalation"]
    search_fields = ["=subject_id"]
    ordering = ["-id"]
    readonly_fields = ["in_words"]
    inlines = [PauseInline, ExtensionInline]

    @admin.display(description=_("来龙去脉"))
    def in_words(self, clock: Clock) -> str:
        return "\n".join(explain(clock, timezone.now()))


@admin.register(CalendarChange)
class CalendarChangeAdmin(ReadOnlyAdmin):
    """How far the recalculation after each change of the calendar has got."""

    list_display = ["date", "actor", "changed_at", "moved", "finished_at"]
    list_select_related = ["actor"]


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
