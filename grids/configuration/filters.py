"""Filters of the admin lists."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.configuration.scope import inside, paths_in_scope
from grids.roles.domain import ADMINISTRATOR_ROLES
from grids.territory.browsing import starting_places
from grids.territory.domain import Level
from grids.territory.models import Territory


class DistrictFilter(admin.SimpleListFilter):
    """By district: those with grids, as far as the administrator's places reach."""

    title = _("区县")
    parameter_name = "district"
    path_field: ClassVar[str] = "path"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        reach = paths_in_scope(request, ADMINISTRATOR_ROLES)
        return [
            (str(place.path), str(place.name))
            for place in starting_places()
            if place.level == Level.DISTRICT
            and any(str(place.path).startswith(path) or path.startswith(str(place.path)) for path in reach)
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(**{f"{self.path_field}__startswith": value}) if value else queryset


class PlaceDistrictFilter(DistrictFilter):
    """By district, for rows that stand in a territory."""

    path_field = "territory__path"


class StreetFilter(admin.SimpleListFilter):
    """By street, once a district is chosen or the administrator has one only."""

    title = _("街道")
    parameter_name = "street"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        district = request.GET.get("district", "")
        reach = paths_in_scope(request, ADMINISTRATOR_ROLES)
        narrow = [path for path in reach if len(path) >= 3 * Level.DISTRICT]
        if not district and not narrow:
            return []
        streets = Territory.objects.at(Level.STREET).filter(inside(reach, "path"))
        streets = streets.filter(path__startswith=district) if district else streets.filter(inside(narrow, "path"))
        return [(str(path), str(name)) for path, name in streets.values_list("path", "name")[:100]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(territory__path__startswith=value) if value else queryset


class BoundaryFilter(admin.SimpleListFilter):
    """With or without a boundary; drafts."""

    title = _("边界")
    parameter_name = "boundary"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("none", _("还没有画")), ("illustrative", _("示意边界")), ("final", _("正式边界"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "none":
                return queryset.filter(territory__boundary__isnull=True)
            case "illustrative":
                return queryset.filter(territory__boundary_is_illustrative=True)
            case "final":
                return queryset.filter(territory__boundary__isnull=False, territory__boundary_is_illustrative=False)
        return queryset


class LivingFilter(admin.SimpleListFilter):
    """Grids in use, unless somebody asks for those that were taken up by another."""

    title = _("是否在用")
    parameter_name = "living"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("gone", _("已并入别的网格")), ("all", _("全部"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("在用")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(territory__dissolved_on__isnull=self.value() != "gone")


class InForceFilter(admin.SimpleListFilter):
    """In office today, later, or no longer."""

    title = _("是否在任")
    parameter_name = "term"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("在任")), ("later", _("还没开始")), ("over", _("已卸任"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        match self.value():
            case "now":
                return queryset.filter(starts_on__lte=today).exclude(ends_on__lte=today)
            case "later":
                return queryset.filter(starts_on__gt=today)
            case "over":
                return queryset.filter(ends_on__lte=today)
        return queryset
