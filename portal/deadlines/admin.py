"""Configuring the working-day calendar, and looking at clocks without touching them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.deadlines.announcement import read_announcement
from portal.deadlines.calendar import territories
from portal.deadlines.models import CalendarChange, CalendarOverride, CalendarYear, Clock, ClockExtension, ClockPause
from portal.deadlines.recomputing import change_override, remove_override, set_override
from portal.deadlines.words import explain
from portal.deadlines.years import enter_year, missing_years
from portal.errors import Invalid
from portal.formats import day_words
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


class YearForm(forms.Form):
    """A year's arrangement as it was published."""

    year = forms.IntegerField(label=_("年份"), min_value=2020, max_value=2100)
    source = forms.CharField(
        label=_("文号或出处"), max_length=120, help_text=_("例如：国务院办公厅关于部分节假日安排的通知，和它的文号")
    )
    text = forms.CharField(
        label=_("通知原文"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 12, "cols": 80}),
        help_text=_("把“一、元旦：1月1日（周五）至3日（周日）放假……”这几句原样贴进来，一节一行。先看，再录。"),
    )


@admin.register(CalendarYear)
class CalendarYearAdmin(ReadOnlyAdmin):
    """Years as the State Council published them: pasted, looked at day by day, taken over; clocks follow."""

    list_display = ["year", "source", "entered_at", "entered_by"]
    list_select_related = ["entered_by"]
    fields = ("year", "source", "entered_by", "entered_at", "in_words")
    readonly_fields = fields
    ordering = ["-year"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Unlike other rows here, these are entered by people."""
        return request.user.has_perm("portal.add_calendaryear")

    @admin.display(description=_("放假和调休上班"))
    def in_words(self, year: CalendarYear) -> str:
        days = year.days.order_by("date")
        return "\n".join(f"{day_words(day.date)} {_off_or_on(day.is_workday)}" for day in days) or "-"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The notice's own words; then what was read in them; then it holds."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        today = timezone.localdate()
        wanted = next(iter(missing_years(today)), today.year + 1)
        form = YearForm(request.POST) if request.method == "POST" else YearForm(initial={"year": wanted})
        days: dict[Any, bool] = {}
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                days = read_announcement(given["text"], given["year"])
                if "save" in request.POST:
                    actor, now = _person(request), timezone.now()
                    enter_year(actor=actor, year=given["year"], days=days, source=given["source"], at=now)
                    words = gettext("%d 年的放假安排录好了，正在计时的马上按它重新计算。") % given["year"]
                    messages.success(request, words)
                    return redirect("admin:portal_calendaryear_changelist")
            except Invalid as refused:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        shown = {} if form.errors or "back" in request.POST else days
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("录入年度放假安排"),
            "opts": self.opts,
            "form": form,
            "days": [(day_words(day), _off_or_on(worked), worked) for day, worked in shown.items()],
            "off": sum(not worked for worked in shown.values()),
            "worked": sum(shown.values()),
        }
        return TemplateResponse(
            request, "admin/deadlines/year.html", context, status=400 if form.is_bound and form.errors else 200
        )


def _off_or_on(is_workday: bool) -> str:
    return gettext("上班") if is_workday else gettext("放假")


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
