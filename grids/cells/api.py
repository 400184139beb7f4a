"""Party organisations, for programs."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.bodies.api import UnitStaffSerializer
from grids.cells.domain import OrganisationKind, Post, Rank
from grids.cells.models import PartyOrganisation
from grids.cells.policies import may_see_leaders
from grids.cells.queries import leaders_of, staff_of, with_parents
from grids.cells.views import SHOWN_LEVELS
from grids.territory.api import TAGS
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.api.base import ApiView
from portal.api.pagination import Key, KeysetPagination


class OrganisationSerializer(serializers.Serializer[Any]):
    """An organisation as everybody may know it."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    rank = serializers.ChoiceField(choices=Rank.choices, label=_("层级：1 党委 … 5 党员中心户"))
    kind = serializers.ChoiceField(choices=OrganisationKind.choices)
    unit = serializers.CharField(label=_("所属单位或行业"))
    territory_code = serializers.CharField(source="territory.code")
    above = serializers.IntegerField(source="parent_id", allow_null=True, label=_("上级党组织的编号"))
    phone = serializers.CharField()
    acts = serializers.BooleanField(label=_("可以用它的名义认领心愿"))


class LeaderSerializer(serializers.Serializer[Any]):
    """Who leads it, and until when."""

    name = serializers.CharField(source="user.public_name")
    post = serializers.ChoiceField(choices=Post.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class OrganisationDetailSerializer(OrganisationSerializer):
    """An organisation; its leaders for staff of the place and for its leaders themselves, null for others."""

    leaders = serializers.SerializerMethodField(label=_("谁在任，只给有关的人看"))
    staff = serializers.SerializerMethodField(label=_("党建指导员和党建联络员"))

    @extend_schema_field(UnitStaffSerializer(many=True))
    def get_staff(self, organisation: PartyOrganisation) -> Any:
        return UnitStaffSerializer(staff_of(organisation), many=True).data

    @extend_schema_field(LeaderSerializer(many=True, allow_null=True))
    def get_leaders(self, organisation: PartyOrganisation) -> Any:
        if not may_see_leaders(self.context["request"].user, organisation):
            return None
        return LeaderSerializer(leaders_of(organisation), many=True).data


class ById(KeysetPagination):
    """In the order in which they were set up."""

    keys = (Key("id", int),)


class Organisations(ApiView):
    """The organisations of a place."""

    permission_classes = (AllowAny,)
    queryset = PartyOrganisation.objects.none()
    serializer_class = OrganisationSerializer
    pagination_class = ById

    @extend_schema(operation_id="party_organisations_list", summary=_("这里的党组织"), tags=TAGS)
    def get(self, request: Request, code: str) -> Response:
        """Those of a community or grid with all that is below; of a street only its own."""
        place: Territory | None = Territory.objects.filter(code=code).defer("boundary").first()
        if place is None or place.level not in SHOWN_LEVELS:
            raise Http404
        found = PartyOrganisation.objects.filter(is_active=True).select_related("territory", "body")
        wide = place.level < Level.COMMUNITY
        found = found.filter(territory=place) if wide else found.filter(territory__path__startswith=str(place.path))
        rows = self.paginate_queryset(found.defer("territory__boundary"))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class OrganisationDetail(ApiView):
    """One organisation."""

    permission_classes = (AllowAny,)
    queryset = PartyOrganisation.objects.none()
    serializer_class = OrganisationDetailSerializer

    @extend_schema(operation_id="party_organisations_read", summary=_("一个党组织"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """What it is, where it stands, who leads it."""
        found = get_object_or_404(with_parents().filter(is_active=True).defer("territory__boundary"), pk=pk)
        return Response(self.get_serializer(found).data)


urlpatterns = [
    path("territories/<division:code>/party-organisations/", Organisations.as_view(), name="api_party_organisations"),
    path("party-organisations/<int:pk>/", OrganisationDetail.as_view(), name="api_party_organisation"),
]
