"""What a grid publishes, for programs."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.directory.page import grid_page
from grids.roles import api as roles_api
from grids.territory.api import TAGS, Locate, TerritoryDetail, TerritoryDetailSerializer, TerritoryList
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.api.base import ApiView


class StaffSerializer(serializers.Serializer[Any]):
    """A person who serves the grid, with the office phone."""

    role = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField()
    place = serializers.CharField()


class GridBuildingSerializer(serializers.Serializer[Any]):
    """A building of the grid."""

    code = serializers.CharField(source="territory.code")
    name = serializers.CharField(source="territory.name")
    address = serializers.CharField()
    longitude = serializers.FloatField(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)


class GridSerializer(serializers.Serializer[Any]):
    """A grid's public page."""

    place = TerritoryDetailSerializer()
    household_count = serializers.IntegerField(source="details.household_count", allow_null=True, default=None)
    supervision_phone = serializers.CharField(source="details.supervision_phone", default="")
    area_description = serializers.CharField(source="details.area_description", default="")
    boundary = serializers.JSONField(source="place.boundary", allow_null=True)
    boundary_is_illustrative = serializers.BooleanField(source="place.boundary_is_illustrative")
    staff = StaffSerializer(many=True)
    buildings = GridBuildingSerializer(many=True)


class GridDetail(ApiView):
    """A grid's public page."""

    permission_classes = (AllowAny,)
    queryset = Territory.objects.none()
    serializer_class = GridSerializer

    @extend_schema(operation_id="grids_read", summary=_("网格公开信息"), tags=TAGS)
    def get(self, request: Request, code: str) -> Response:
        """Name, area, staff with office phone, supervision phone, buildings."""
        grid = get_object_or_404(Territory, code=code, level=Level.GRID)
        return Response(self.get_serializer(grid_page(grid)).data)


urlpatterns = [
    path("territories/", TerritoryList.as_view(), name="api_territories"),
    path("territories/<division:code>/", TerritoryDetail.as_view(), name="api_territory"),
    path("grids/locate/", Locate.as_view(), name="api_grid_locate"),
    path("grids/<division:code>/", GridDetail.as_view(), name="api_grid"),
    path("roles/mine/", roles_api.MyRoles.as_view(), name="api_roles_mine"),
    path("residencies/", roles_api.MyResidencies.as_view(), name="api_residencies"),
]
