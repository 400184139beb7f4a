"""Admin pages on which the net of grids is changed: split, merge, renumber. Each shows first what would move."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.configuration.checking import check_page, shape_page
from grids.configuration.pages import actor_of
from grids.configuration.scope import inside, paths_in_scope
from grids.configuration.widgets import BoundaryWidget
from grids.lineage.plans import Plan, buildings_of, fingerprint, plan_merge, plan_renumbering, plan_split
from grids.lineage.services import merge_grids, renumber_grids, split_grid
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.roles.relocation import lasting
from grids.territory.domain import STEP, Level
from grids.territory.models import PHONE, Grid, Territory
from grids.territory.numbers import numbers_of
from portal.errors import DomainError

MOST_COMMUNITIES = 500
REASON = gettext_lazy("例如：新楼入住，户数超过 500。社区会看到。")


class NetForm(forms.Form):
    """What every change asks: why."""

    reason = forms.CharField(
        label=gettext_lazy("为什么调整"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}), help_text=REASON
    )

    def refuse(self, error: DomainError) -> None:
        """Shows what a service said at the field it belongs to."""
        self.add_error(error.field if error.field in self.fields else None, str(error.message))


class SplitForm(NetForm):
    """Which buildings, and which part of the area, go to the new grid."""

    name = forms.CharField(label=gettext_lazy("新网格的名称"), max_length=60)
    buildings = forms.TypedMultipleChoiceField(
        label=gettext_lazy("分出去的楼栋"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    area = forms.CharField(
        label=gettext_lazy("新网格的范围"),
        required=False,
        widget=BoundaryWidget,
        help_text=gettext_lazy("画出新网格；也可以填一条把老网格切成两块的线（LineString）。"),
    )
    supervision_phone = forms.CharField(
        label=gettext_lazy("监督电话"),
        max_length=25,
        required=False,
        validators=[PHONE],
        help_text=gettext_lazy("不填就和老网格一样"),
    )
    field_order = ("name", "buildings", "area", "supervision_phone", "reason")

    def __init__(self, *args: Any, grid: Territory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.territory_id, f"{each.territory.name} {each.address}".strip()) for each in buildings_of(grid)]
        self.fields["buildings"].choices = choices  # type: ignore[attr-defined]
        widget = self.fields["area"].widget
        assert isinstance(widget, BoundaryWidget)
        widget.siblings = [{"name": grid.name, "boundary": grid.boundary}] if grid.boundary else []


class MergeForm(NetForm):
    """Which grid takes this one up, and whose office goes on there."""

    into = forms.ModelChoiceField(label=gettext_lazy("并入哪个网格"), queryset=Territory.objects.none())
    carry = forms.TypedMultipleChoiceField(
        label=gettext_lazy("谁到那边接着干"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("没有选的，任职今天结束。那边已经有网格长的，过去做网格员。"),
    )
    field_order = ("into", "carry", "reason")

    def __init__(self, *args: Any, grid: Territory, staff: list[Appointment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        community = grid.ancestor_at(Level.COMMUNITY)
        assert community is not None
        others = Territory.objects.children_of(community).at(Level.GRID).living().exclude(pk=grid.pk)
        self.fields["into"].queryset = others.defer("boundary")  # type: ignore[attr-defined]
        choices = [(one.pk, f"{Role(one.role).label} {one.user.legal_name}") for one in staff]
        self.fields["carry"].choices = choices  # type: ignore[attr-defined]
        self.fields["carry"].initial = [one.pk for one in staff]


class RenumberForm(NetForm):
    """The community, and what its preview has shown."""

    community = forms.ModelChoiceField(label=gettext_lazy("社区"), queryset=Territory.objects.none())
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("community", "reason", "seen")


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


class NetPages(ModelAdmin):  # type: ignore[type-arg]
    """The three pages, beside those of the grid's own data. Nothing happens before the second button."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("shape/", self.admin_site.admin_view(self.read_shape), name="grids_grid_shape"),
            path("check/", self.admin_site.admin_view(self.check_drawing), name="grids_grid_check"),
            path("renumber/", self.admin_site.admin_view(self.renumber_page), name="grids_grid_renumber"),
            path("<int:object_id>/split/", self.admin_site.admin_view(self.split_page), name="grids_grid_split"),
            path("<int:object_id>/merge/", self.admin_site.admin_view(self.merge_page), name="grids_grid_merge"),
        ]
        return [*own, *super().get_urls()]

    def check_drawing(self, request: HttpRequest) -> HttpResponse:
        """What a boundary would overlap and leave open, while it is drawn."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return check_page(request, self.get_queryset(request))

    def read_shape(self, request: HttpRequest) -> HttpResponse:
        """The one polygon of a zipped shapefile as GeoJSON, for the map of the editor."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return shape_page(request)

    def split_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """一个网格拆成两个."""
        grid = self._grid(request, object_id)
        form, plan = SplitForm(_sent(request), grid=grid), None
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                plan = plan_split(grid, given["buildings"], given["area"] or None)
                if "confirm" in request.POST:
                    new = split_grid(actor=actor_of(request), grid=grid, **{**given, "area": given["area"] or None})
                    words = _("拆好了：%(name)s，编号 %(code)s。")
                    return self._done(request, new, words % {"name": new.name, "code": new.code})
            except DomainError as error:
                form.refuse(error)
                plan = None
        title = _("拆分%(name)s") % {"name": grid.name}
        return self._page(request, title, form, grid=grid, plan=plan)

    def merge_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """一个网格并入另一个."""
        grid = self._grid(request, object_id)
        staff = list(lasting(grid, timezone.localdate()).select_related("user").order_by("role", "pk"))
        form, plan = MergeForm(_sent(request), grid=grid, staff=staff), None
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                plan = plan_merge(grid, given["into"])
                if "confirm" in request.POST:
                    into = merge_grids(actor=actor_of(request), grid=grid, **given)
                    return self._done(request, into, _("并好了，都归%(name)s。") % {"name": into.name})
            except DomainError as error:
                form.refuse(error)
                plan = None
        title = _("把%(name)s并入别的网格") % {"name": grid.name}
        return self._page(request, title, form, grid=grid, plan=plan)

    def renumber_page(self, request: HttpRequest) -> HttpResponse:
        """一个社区的网格从西到东、从北到南重新编号."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        paths = paths_in_scope(request, {Role.SYSTEM_ADMINISTRATOR})
        kept = (
            Grid.objects.filter(inside(paths, "territory__path")).order_by().values_list("territory__path", flat=True)
        )
        communities = {str(each)[: STEP * Level.COMMUNITY] for each in kept}
        form = RenumberForm(_sent(request))
        offered = Territory.objects.filter(path__in=sorted(communities)[:MOST_COMMUNITIES]).defer("boundary")
        form.fields["community"].queryset = offered  # type: ignore[attr-defined]
        rows = None
        if request.method == "POST" and form.is_valid():
            community, given = form.cleaned_data["community"], form.cleaned_data
            try:
                rows = plan_renumbering(community)
                if "confirm" in request.POST:
                    rows = renumber_grids(
                        actor=actor_of(request), community=community, seen=given["seen"], reason=given["reason"]
                    )
                    count = sum(row.changes for row in rows)
                    messages.success(request, _("%(count)s 个网格换了编号。") % {"count": count})
                    return HttpResponseRedirect(reverse("admin:grids_grid_changelist"))
            except DomainError as error:
                form.refuse(error)
            if rows is not None:
                form.data = {**form.data.dict(), "seen": fingerprint(rows)}  # type: ignore[attr-defined]
        return self._page(request, _("重新编号"), form, rows=rows)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        grid = self.get_object(request, object_id)
        context = {"numbers": numbers_of(grid.territory), "place": grid.territory} if grid is not None else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def _grid(self, request: HttpRequest, object_id: int) -> Territory:
        if not self.has_change_permission(request):
            raise PermissionDenied
        found = self.get_object(request, str(object_id))
        if found is None:
            raise Http404
        if found.territory.dissolved_on is not None:
            raise PermissionDenied
        place: Territory = found.territory
        return place

    def _done(self, request: HttpRequest, grid: Territory, words: str) -> HttpResponse:
        messages.success(request, words)
        return HttpResponseRedirect(reverse("admin:grids_grid_change", args=[grid.grid.pk]))

    def _page(
        self, request: HttpRequest, title: str, form: NetForm, *, grid: Territory | None = None, **more: Any
    ) -> HttpResponse:
        plan: Plan | None = more.get("plan")
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "grid": grid,
            "ready": plan is not None or (more.get("rows") is not None and not form.errors),
            **more,
        }
        return TemplateResponse(request, "admin/grids/net.html", context, status=400 if form.errors else 200)
