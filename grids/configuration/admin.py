"""Admin pages: places, grids, buildings, settings of places, residency (read only); appointments beside them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

import grids.configuration.appointments  # noqa: F401 (registers the pages of appointments)
from grids.configuration.filters import (
    BoundaryFilter,
    DistrictFilter,
    LivingFilter,
    PlaceDistrictFilter,
    StreetFilter,
)
from grids.configuration.forms import (
    BuildingForm,
    GridForm,
    SettingForm,
    TerritoryForm,
    is_stored,
)
from grids.configuration.net import NetPages
from grids.configuration.pages import ScopedAdmin, ServiceAdmin, SpreadsheetAdmin, actor_of, whereabouts_of
from grids.configuration.resources import BuildingResource, GridResource
from grids.configuration.scope import inside, paths_in_scope
from grids.directory.posters import ask_posters
from grids.roles.domain import ADMINISTRATOR_ROLES, Role
from grids.roles.models import Residency
from grids.territory import services
from grids.territory.browsing import searchable, with_whereabouts
from grids.territory.datum import Datum
from grids.territory.domain import CODE_LENGTHS, Level
from grids.territory.inherited import registered_settings
from grids.territory.models import Building, Grid, Territory, TerritorySetting
from grids.territory.policies import may_configure
from portal.errors import DomainError

MOST_SUGGESTIONS = 20
# What may be chosen where a form asks for a place: by model and field of the asking form.
CHOOSABLE: dict[tuple[str, str], tuple[Level, ...]] = {
    ("grid", "territory"): (Level.COMMUNITY,),
    ("building", "territory"): (Level.GRID,),
    ("household", "building"): (Level.BUILDING,),
    ("territorysetting", "territory"): (Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A place as offered while typing: its name with where it lies, since many are called 第 001 网格."""

    id: int
    words: str

    def __str__(self) -> str:
        return self.words


@admin.register(Territory)
class TerritoryAdmin(ServiceAdmin):
    """Places of the tree: found by name or code; only the name people use can be changed."""

    form = TerritoryForm
    scope_roles = ADMINISTRATOR_ROLES
    list_display = ("name", "code", "level", "official_name", "numchild")
    list_filter = (DistrictFilter, "level")
    search_fields = ("name", "code")
    readonly_fields = ("code", "level", "official_name")
    fields = ("name", "official_name", "code", "level")
    change_form_template = "admin/grids/territory_change_form.html"

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """The page of a community leads to the check of its boundaries, for whoever configures it."""
        context["checks"] = obj is not None and obj.level == Level.COMMUNITY and may_configure(actor_of(request), obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = searchable(search_term)
        if words.isdigit() and len(words) > 1:
            queryset = queryset.filter(code__startswith=words)
        elif words:
            queryset = queryset.filter(pk__in=Territory.objects.named_like(words).order_by().values("pk"))
        if not request.path.endswith("/autocomplete/"):
            return queryset, False
        levels = CHOOSABLE.get((request.GET.get("model_name", ""), request.GET.get("field_name", "")))
        if levels:
            queryset = queryset.filter(level__in=levels)
        queryset = queryset.filter(dissolved_on__isnull=True)
        found = with_whereabouts(list(queryset.defer("boundary").order_by("level", "path")[:MOST_SUGGESTIONS]))
        suggestions = [Suggestion(each.place.pk, f"{each.where} {each.place.name}".strip()) for each in found]
        return suggestions, False  # type: ignore[return-value]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Places come from the official list; grids and buildings have pages of their own."""
        return False

    def save_model(self, request: HttpRequest, obj: Territory, form: Any, change: bool) -> None:
        services.rename(
            actor=actor_of(request), territory=Territory.objects.get(pk=obj.pk), name=form.cleaned_data["name"]
        )


class _PlaceAdmin(SpreadsheetAdmin):
    """What grids and buildings share: their name, code and whereabouts stand in the tree."""

    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "territory__path"
    list_select_related = ("territory",)
    search_fields = ("territory__name", "territory__code")

    @admin.display(description=_("名称"), ordering="territory__name")
    def place_name(self, row: Grid | Building) -> str:
        return str(row.territory.name)

    @admin.display(description=_("编码"), ordering="territory__path")
    def place_code(self, row: Grid | Building) -> str:
        return str(row.territory.code)

    @admin.display(description=_("所在"))
    def whereabouts(self, row: Grid | Building) -> str:
        return whereabouts_of(row.territory)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).order_by("territory__path")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = searchable(search_term)
        if words.isdigit() and len(words) > 1:
            return queryset.filter(territory__code__startswith=words), False
        if words:
            named = Territory.objects.named_like(words).order_by().values("pk")
            paths = Territory.objects.at(Level.COMMUNITY).named_like(words).order_by().values_list("path", flat=True)
            condition = inside(list(paths[:50]), "territory__path") if paths else None
            mine = queryset.filter(territory__in=named)
            return (mine | queryset.filter(condition) if condition is not None else mine), False
        return queryset, False

    def _offered(self, request: HttpRequest, level: Level) -> QuerySet[Any]:
        paths = paths_in_scope(request, self.scope_roles)
        places: QuerySet[Any] = Territory.objects.at(level).living().filter(inside(paths, "path")).defer("boundary")
        return places


@admin.register(Grid)
class GridAdmin(NetPages, _PlaceAdmin):
    """Grids, with their boundary drawn on a map."""

    form = GridForm
    change_form_template = "admin/grids/grid_change_form.html"
    resource_classes = (GridResource,)
    list_display = (
        *("place_name", "place_code", "whereabouts", "household_count", "supervision_phone"),
        *("has_boundary", "community_check"),
    )
    list_filter = (LivingFilter, PlaceDistrictFilter, StreetFilter, BoundaryFilter)

    actions = ("make_posters",)

    @admin.action(description=_("做选中网格的海报（一个 PDF）"), permissions=["view"])
    def make_posters(self, request: HttpRequest, queryset: QuerySet[Grid]) -> HttpResponse | None:
        """One file with a page for each grid, made in the background."""
        grids = [grid.territory for grid in queryset.select_related("territory").defer("territory__boundary")]
        try:
            return redirect(ask_posters(actor=actor_of(request), grids=grids))
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
            return None

    @admin.display(description=_("边界"))
    def has_boundary(self, grid: Grid) -> str:
        if grid.territory.boundary is None:
            return "—"
        return str(_("示意") if grid.territory.boundary_is_illustrative else _("正式"))

    @admin.display(description=_("整个社区的边界"))
    def community_check(self, grid: Grid) -> SafeString:
        """Overlaps and holes of the community this grid is in."""
        url = reverse("overview_boundaries", args=[str(grid.territory.code)[: CODE_LENGTHS[Level.COMMUNITY]]])
        return format_html('<a href="{}">{}</a>', url, _("检查"))

    @admin.display(description=_("公开页"))
    def public_page(self, grid: Grid) -> SafeString:
        url = reverse("grid_page", args=[grid.territory.code])
        return format_html('<a href="{}">{}</a>', url, grid.territory.code)

    def get_fields(self, request: HttpRequest, obj: Grid | None = None) -> Any:
        fields = list(GridForm.field_order)
        return fields if obj is None else ["public_page", *(f for f in fields if f not in ("community", "code"))]

    def get_readonly_fields(self, request: HttpRequest, obj: Grid | None = None) -> tuple[str, ...]:
        return () if obj is None else ("public_page",)

    def get_form(self, request: HttpRequest, obj: Grid | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        boundary = form.base_fields["boundary"]
        boundary.widget.grid = obj.pk if obj is not None else 0
        if obj is None:
            source = Grid._meta.get_field("territory")
            self.autocomplete(form, "community", source, self._offered(request, Level.COMMUNITY))
            return form
        form.base_fields.pop("community", None)
        form.base_fields.pop("code", None)
        place = obj.territory
        form.base_fields["name"].initial = place.name
        boundary.initial = place.boundary
        form.base_fields["boundary_is_illustrative"].initial = place.boundary_is_illustrative
        siblings = (
            Territory.objects.filter(path__startswith=place.path[: -Territory.steplen], level=Level.GRID)
            .exclude(pk=place.pk)
            .filter(boundary__isnull=False)
            .values_list("name", "boundary")
        )
        boundary.widget.siblings = [{"name": name, "boundary": drawn} for name, drawn in siblings]
        return form

    def save_model(self, request: HttpRequest, obj: Grid, form: Any, change: bool) -> None:
        actor, given = actor_of(request), form.cleaned_data
        details = {name: given[name] for name in services.GRID_FIELDS}
        if change:
            grid = Grid.objects.select_related("territory").get(pk=obj.pk)
            place = grid.territory
            services.rename(actor=actor, territory=place, name=given["name"])
            services.change_grid(actor=actor, grid=grid, **details)
        else:
            place = services.add_grid(
                actor=actor, community=given["community"], name=given["name"], code=given["code"], **details
            )
        illustrative = given["boundary_is_illustrative"]
        if not given["boundary"]:
            services.remove_boundary(actor=actor, territory=place)
        elif {"boundary", "boundary_is_illustrative"} & set(form.changed_data):
            datum = Datum.WGS84 if is_stored(given["boundary"], place) else Datum(given["datum"] or Datum.WGS84)
            services.draw_boundary(
                actor=actor, territory=place, boundary=given["boundary"], illustrative=illustrative, datum=datum
            )
        obj.pk, obj.territory = place.grid.pk, place


@admin.register(Building)
class BuildingAdmin(_PlaceAdmin):
    """Buildings of the grids."""

    form = BuildingForm
    resource_classes = (BuildingResource,)
    list_display = ("place_name", "place_code", "whereabouts", "address", "households")
    list_filter = (PlaceDistrictFilter, StreetFilter)

    def get_fields(self, request: HttpRequest, obj: Building | None = None) -> Any:
        fields = ["grid", "name", "code", "address", "longitude", "latitude", "households"]
        return fields if obj is None else [field for field in fields if field != "code"]

    def get_form(self, request: HttpRequest, obj: Building | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        source = Building._meta.get_field("territory")
        self.autocomplete(form, "grid", source, self._offered(request, Level.GRID))
        if obj is not None:
            form.base_fields.pop("code", None)
            form.base_fields["name"].initial = obj.territory.name
            form.base_fields["grid"].initial = services.grid_of(obj.territory)
        return form

    def save_model(self, request: HttpRequest, obj: Building, form: Any, change: bool) -> None:
        actor, given = actor_of(request), form.cleaned_data
        details = {name: given[name] for name in services.BUILDING_FIELDS}
        if change:
            building = Building.objects.select_related("territory").get(pk=obj.pk)
            place = building.territory
            services.rename(actor=actor, territory=place, name=given["name"])
            services.change_building(actor=actor, building=building, **details)
            services.move_building(actor=actor, building=place, grid=given["grid"])
        else:
            place = services.add_building(
                actor=actor, grid=given["grid"], name=given["name"], code=given["code"], **details
            )
        obj.pk, obj.territory = place.building.pk, place


@admin.register(TerritorySetting)
class TerritorySettingAdmin(ServiceAdmin):
    """Values that differ between places; a place without its own takes that of the place above."""

    form = SettingForm
    scope_roles = frozenset({Role.SYSTEM_ADMINISTRATOR})
    scope_field = "territory__path"
    autocomplete_fields = ("territory",)
    list_display = ("label", "territory", "whereabouts", "value")
    list_select_related = ("territory",)
    list_filter = (PlaceDistrictFilter, "key")
    search_fields = ("key", "territory__name")

    @admin.display(description=_("设置项"), ordering="key")
    def label(self, row: TerritorySetting) -> str:
        return next((str(setting.label) for setting in registered_settings() if setting.key == row.key), row.key)

    @admin.display(description=_("所在"))
    def whereabouts(self, row: TerritorySetting) -> str:
        return whereabouts_of(row.territory)

    def get_fields(self, request: HttpRequest, obj: TerritorySetting | None = None) -> tuple[str, ...]:
        return ("territory", "key", "value_text") if obj is None else ("territory", "label", "value_text")

    def get_readonly_fields(self, request: HttpRequest, obj: TerritorySetting | None = None) -> tuple[str, ...]:
        return () if obj is None else ("territory", "label")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is not None:
            form.base_fields.pop("key", None)
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super(ScopedAdmin, self).has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: TerritorySetting, form: Any, change: bool) -> None:
        key = obj.key if change else form.cleaned_data["key"]
        saved = services.change_setting(
            actor=actor_of(request), territory=obj.territory, key=key, text=form.cleaned_data["value_text"]
        )
        obj.pk, obj.key = saved.pk, saved.key

    def delete_model(self, request: HttpRequest, obj: TerritorySetting) -> None:
        services.drop_setting(actor=actor_of(request), setting=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            services.drop_setting(actor=actor_of(request), setting=row)


@admin.register(Residency)
class ResidencyAdmin(ScopedAdmin):
    """Residency, to read: it is asked for by the person and decided by the community, on their own pages."""

    scope_roles = frozenset({Role.SECURITY_ADMINISTRATOR})
    scope_field = "community__path"
    list_display = ("person", "community", "status", "requested_at", "decided_by", "decided_at")
    list_select_related = ("user", "community", "decided_by")
    list_filter = ("status",)
    search_fields = ("user__display_name", "community__name")
    fields = ("person", "community", "status", "requested_at", "decided_by", "decided_at", "ended_at")
    readonly_fields = fields

    @admin.display(description=_("居民"), ordering="user")
    def person(self, row: Residency) -> str:
        return row.user.public_name

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Residency | None = None) -> bool:
        return False
