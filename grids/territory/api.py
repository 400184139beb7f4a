"""Places for programs: the tree, search by name, the grid at a point."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from grids.territory.browsing import searchable
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.services import locate_grid
from portal.api.base import ApiView
from portal.api.pagination import Key, KeysetPagination

TAGS = ["grids"]


class TerritorySerializer(serializers.ModelSerializer[Territory]):
    """A place of the tree."""

    level = serializers.IntegerField(read_only=True, label=_("层级：1 省 … 7 楼栋"))

    class Meta:
        model = Territory
        fields = ["id", "code", "name", "level"]
        read_only_fields = fields


class TerritoryDetailSerializer(TerritorySerializer):
    """A place with everything above it, the widest first."""

    above = serializers.SerializerMethodField(label=_("上级"))

    class Meta(TerritorySerializer.Meta):
        fields = [*TerritorySerializer.Meta.fields, "above"]
        read_only_fields = fields

    def get_above(self, place: Territory) -> list[dict[str, Any]]:
        """Places above, from the province down."""
        return [dict(TerritorySerializer(each).data) for each in place.ancestors()[:-1]]


class TerritoryQuery(serializers.Serializer[Any]):
    """What may be asked of the list."""

    under = serializers.RegexField(r"^[0-9]{2,18}$", required=False, label=_("上级编码：只要它下一级的"))
    level = serializers.IntegerField(min_value=1, max_value=7, required=False, label=_("层级"))
    q = serializers.CharField(max_length=30, required=False, label=_("名称里的字"))


class PointQuery(serializers.Serializer[Any]):
    """A position in WGS-84 degrees."""

    lon = serializers.FloatField(min_value=-180, max_value=180, label=_("经度"))
    lat = serializers.FloatField(min_value=-90, max_value=90, label=_("纬度"))


class ByCode(KeysetPagination):
    """In the order of their codes."""

    keys = (Key("path", str),)


class TerritoryList(ApiView):
    """The tree is public."""

    permission_classes = (AllowAny,)
    queryset = Territory.objects.none()
    serializer_class = TerritorySerializer
    pagination_class = ByCode
    query_serializer_class = TerritoryQuery

    @extend_schema(operation_id="territories_list", summary=_("区划和网格"), tags=TAGS, parameters=[TerritoryQuery])
    def get(self, request: Request) -> Response:
        """In the order of their codes, a page at a time."""
        places = Territory.objects.living().defer("boundary")
        if "under" in self.query:
            places = places.children_of(get_object_or_404(Territory, code=self.query["under"]))
        if "level" in self.query:
            places = places.at(Level(self.query["level"]))
        if "q" in self.query:
            places = places.named_like(searchable(self.query["q"]))
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(places), many=True).data)


class TerritoryDetail(ApiView):
    """One place."""

    permission_classes = (AllowAny,)
    queryset = Territory.objects.none()
    serializer_class = TerritoryDetailSerializer

    @extend_schema(operation_id="territories_read", summary=_("一个地方和它的上级"), tags=TAGS)
    def get(self, request: Request, code: str) -> Response:
        """The place with that code."""
        place = get_object_or_404(Territory.objects.defer("boundary"), code=code)
        return Response(self.get_serializer(place).data)


class Locate(ApiView):
    """Point → grid."""

    permission_classes = (AllowAny,)
    queryset = Territory.objects.none()
    serializer_class = TerritoryDetailSerializer
    query_serializer_class = PointQuery

    @extend_schema(operation_id="grids_locate", summary=_("这个位置在哪个网格"), tags=TAGS, parameters=[PointQuery])
    def get(self, request: Request) -> Response:
        """The grid whose boundary holds the point; 404 outside every grid."""
        grid = locate_grid(self.query["lon"], self.query["lat"])
        if grid is None:
            raise NotFound(_("这个位置还没有划进网格。"))
        return Response(self.get_serializer(grid).data)
