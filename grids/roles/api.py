"""Roles and residency of the caller, for programs."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.roles.models import Residency
from grids.roles.queries import held_by
from grids.roles.services import request_residency
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.pagination import KeysetPagination

TAGS = ["roles"]


class HeldSerializer(serializers.Serializer[Any]):
    """A role held today, and where."""

    role = serializers.CharField()
    title = serializers.CharField(source="role.label")
    code = serializers.CharField()
    name = serializers.CharField()


class MyRoles(ApiView):
    """Who the caller is."""

    permission_classes = (IsAuthenticated,)
    queryset = Territory.objects.none()
    serializer_class = HeldSerializer

    @extend_schema(
        operation_id="roles_mine", summary=_("我的身份和职务"), tags=TAGS, responses=HeldSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """Every role the caller holds today."""
        held = held_by(self.person)
        places = Territory.objects.defer("boundary").in_bulk([each.territory_id for each in held])
        rows = [
            {"role": each.role, "code": places[each.territory_id].code, "name": places[each.territory_id].name}
            for each in held
        ]
        return Response(self.get_serializer(rows, many=True).data)


class ResidencySerializer(serializers.ModelSerializer[Residency]):
    """A request or residency of the caller."""

    community = serializers.CharField(source="community.code")
    building = serializers.CharField(source="building.code", default=None, allow_null=True)

    class Meta:
        model = Residency
        fields = ["id", "community", "building", "address", "status", "reason", "requested_at", "decided_at"]
        read_only_fields = fields


class ResidencyRequestSerializer(serializers.Serializer[Any]):
    """Where the caller lives."""

    community = serializers.SlugRelatedField[Territory](
        slug_field="code", queryset=Territory.objects.at(Level.COMMUNITY).defer("boundary"), label=_("社区编码")
    )
    building = serializers.SlugRelatedField[Territory](
        slug_field="code",
        queryset=Territory.objects.at(Level.GRID, Level.BUILDING).living().defer("boundary"),
        required=False,
        allow_null=True,
        label=_("网格或楼栋编码"),
    )
    address = serializers.CharField(max_length=120, required=False, allow_blank=True, label=_("门牌号"))


class MyResidencies(ApiView):
    """The caller's own residencies, nobody else's."""

    permission_classes = (IsAuthenticated,)
    queryset = Residency.objects.none()
    serializer_class = ResidencySerializer
    pagination_class = KeysetPagination

    @extend_schema(operation_id="residencies_list", summary=_("我的居民身份"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Newest first, a page at a time."""
        rows = self.paginate_queryset(Residency.objects.filter(user=self.person).with_places())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(
        operation_id="residencies_request",
        summary=_("申请居民身份"),
        tags=TAGS,
        request=ResidencyRequestSerializer,
        responses={201: ResidencySerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Ask the community to confirm that the caller lives there."""
        asked = self.read_body(ResidencyRequestSerializer)
        residency = request_residency(
            actor=self.person,
            community=asked["community"],
            building=asked.get("building"),
            address=asked.get("address", ""),
        )
        return Response(self.get_serializer(residency).data, status=201)
