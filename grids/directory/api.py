"""What a grid publishes, for programs."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.directory.page import grid_page
from grids.directory.posters import ask_posters, poster_address
from grids.roles import api as roles_api
from grids.territory.api import TAGS, Locate, TerritoryDetail, TerritoryDetailSerializer, TerritoryList
from grids.territory.domain import CODE_LENGTHS, Level
from grids.territory.models import Territory
from grids.territory.numbers import grid_by_number
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.jobs.api import JobSerializer


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


class GridOrganisationSerializer(serializers.Serializer[Any]):
    """A Party organisation of the grid, or of its community: name and telephone, nobody's name."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    phone = serializers.CharField()


class GridSerializer(serializers.Serializer[Any]):
    """A grid's public page."""

    place = TerritoryDetailSerializer()
    household_count = serializers.IntegerField(source="details.household_count", allow_null=True, default=None)
    supervision_phone = serializers.CharField(source="details.supervision_phone", default="")
    area_description = serializers.CharField(source="details.area_description", default="")
    boundary = serializers.JSONField(source="place.boundary", allow_null=True)
    boundary_is_illustrative = serializers.BooleanField(source="place.boundary_is_illustrative")
    staff = StaffSerializer(many=True)
    organisations = GridOrganisationSerializer(many=True)
    poster_address = serializers.CharField(help_text=_("海报二维码的网址，换了编号也能用"))
    buildings = GridBuildingSerializer(many=True)


class GridDetail(ApiView):
    """A grid's public page."""

    permission_classes = (AllowAny,)
    queryset = Territory.objects.none()
    serializer_class = GridSerializer

    @extend_schema(operation_id="grids_read", summary=_("网格公开信息"), tags=TAGS)
    def get(self, request: Request, code: str) -> Response:
        """Name, area, staff with office phone, supervision phone, buildings."""
        grid = grid_by_number(code) if len(code) == CODE_LENGTHS[Level.GRID] else None
        if grid is None:
            raise Http404
        told = {**grid_page(grid), "poster_address": poster_address(grid)}
        return Response(self.get_serializer(told).data)


class Posters(ApiView):
    """Posters of all grids of a community, made in the background."""

    permission_classes = (IsAuthenticated,)
    queryset = Territory.objects.none()
    serializer_class = JobSerializer

    @extend_schema(
        operation_id="grids_posters",
        summary=_("做一个社区所有网格的海报"),
        description=_("回答是一件后台工作；办完后从它那里取 PDF。"),
        tags=TAGS,
        request=None,
        responses={202: JobSerializer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        """The job that makes the file."""
        community = get_object_or_404(Territory, code=code, level=Level.COMMUNITY)
        grids = Territory.objects.children_of(community).at(Level.GRID).living().defer("boundary")
        job = ask_posters(actor=self.person, grids=list(grids))
        return Response(self.get_serializer(job).data, status=202)


urlpatterns = [
    path("territories/<division:code>/posters/", Posters.as_view(), name="api_posters"),
    path("territories/", TerritoryList.as_view(), name="api_territories"),
    path("territories/<division:code>/", TerritoryDetail.as_view(), name="api_territory"),
    path("grids/locate/", Locate.as_view(), name="api_grid_locate"),
    path("grids/<division:code>/", GridDetail.as_view(), name="api_grid"),
    path("roles/mine/", roles_api.MyRoles.as_view(), name="api_roles_mine"),
    path("residencies/", roles_api.MyResidencies.as_view(), name="api_residencies"),
]
