"""Households, pairings and what is covered, for programs."""

from typing import Any, ClassVar

from django.db.models import F
from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.members.api import masked
from grids.members.models import PartyMember
from grids.pairing import services
from grids.pairing.api_looks import FeedbacksToUnits, FeedbackToUnit, RevealCare, SetCare
from grids.pairing.coverage import bare_grids, coverage_of, overloaded
from grids.pairing.models import Household, Pairing
from grids.pairing.policies import handles
from grids.pairing.proposals import proposal_for, question_for
from grids.pairing.scope import chosen_place, handled_place
from grids.pairing.views import read_door, read_path
from grids.territory.api import TAGS, ByCode, TerritorySerializer
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.pagination import Key, KeysetPagination

MOST_OVERLOADED = 200


class PlaceQuery(serializers.Serializer[Any]):
    """Which place; without one, the first of the caller's own."""

    place = serializers.RegexField(r"^[0-9]{2,18}$", required=False, default="", label=_("地区编码"))


class HouseholdQuery(PlaceQuery):
    """Which households."""

    show = serializers.ChoiceField(choices=["unpaired", "all"], default="unpaired")


class MemberQuery(PlaceQuery):
    """Which members."""

    show = serializers.ChoiceField(choices=["all", "over"], default="all")


class NumbersSerializer(serializers.Serializer[Any]):
    """How a place is covered; null for groups too small to be told."""

    grids = serializers.IntegerField()
    grids_without_cell = serializers.IntegerField(source="bare")
    households = serializers.IntegerField(allow_null=True)
    paired = serializers.IntegerField(allow_null=True)
    unpaired = serializers.IntegerField(allow_null=True)


class CoverageRowSerializer(serializers.Serializer[Any]):
    """A place one level below."""

    code = serializers.CharField(source="place.code")
    name = serializers.CharField(source="place.name")
    numbers = NumbersSerializer()


class CoverageSerializer(serializers.Serializer[Any]):
    """A place and those one level below."""

    place = TerritorySerializer()
    total = NumbersSerializer()
    rows = CoverageRowSerializer(many=True)


class HouseholdSerializer(serializers.ModelSerializer[Household]):
    """A household: no names, and no special care."""

    building = serializers.CharField(source="building.code", label=_("楼栋编码"))

    class Meta:
        model = Household
        fields = ["id", "building", "door", "is_paired"]
        read_only_fields = fields


class LoadSerializer(serializers.Serializer[Any]):
    """A member by family name, and what they carry."""

    id = serializers.IntegerField(source="pk")
    name = serializers.SerializerMethodField(label=_("隐去的姓名"))
    is_backbone = serializers.BooleanField()
    households = serializers.IntegerField(source="load.households", default=0)
    members = serializers.IntegerField(source="load.members", default=0)

    def get_name(self, member: PartyMember) -> str:
        return masked(member.user)


class PairingSerializer(serializers.ModelSerializer[Pairing]):
    """A pairing."""

    class Meta:
        model = Pairing
        fields = ["id", "lead", "household", "partner", "since", "ended_on"]
        read_only_fields = fields


class PairBody(serializers.Serializer[Any]):
    """Who looks after which household, or leads which member."""

    lead = serializers.PrimaryKeyRelatedField(queryset=PartyMember.objects.all())
    household = serializers.PrimaryKeyRelatedField(
        queryset=Household.objects.select_related("building"), required=False, allow_null=True
    )
    partner = serializers.PrimaryKeyRelatedField(queryset=PartyMember.objects.all(), required=False, allow_null=True)


class ProposedSerializer(serializers.Serializer[Any]):
    """What a proposal gives one member."""

    lead = serializers.IntegerField(source="member.pk")
    households = serializers.SerializerMethodField()
    metres = serializers.IntegerField(label=_("最远几米"))
    total = serializers.IntegerField(label=_("一共几户"))

    def get_households(self, share: Any) -> list[int]:
        return [home.pk for home in share.homes]


class ChosenPair(serializers.Serializer[Any]):
    """One pair of a proposal."""

    lead = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    household = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class AcceptBody(serializers.Serializer[Any]):
    """The pairs chosen."""

    pairs = ChosenPair(many=True)


class AcceptedSerializer(serializers.Serializer[Any]):
    """What became of them."""

    made = serializers.IntegerField()
    left_out = serializers.IntegerField()


class _View(ApiView):
    permission_classes = (IsAuthenticated,)
    queryset = Household.objects.none()
    query_serializer_class: ClassVar[type[serializers.Serializer[Any]] | None] = PlaceQuery

    def place(self, *, handled: bool = True) -> Territory:
        """The place asked about. Raises PermissionDenied, Http404."""
        find = handled_place if handled else chosen_place
        return find(self.person, self.query.get("place", ""))


class Coverage(_View):
    """What is covered."""

    serializer_class = CoverageSerializer

    @extend_schema(operation_id="pairing_coverage", summary=_("结对到哪里了"), tags=TAGS, parameters=[PlaceQuery])
    def get(self, request: Request) -> Response:
        """Grids without a cell, households without a pair; small groups for the handlers only."""
        place = self.place(handled=False)
        found = coverage_of(place, exact=handles(self.person, place))
        return Response(self.get_serializer({"place": place, **found}).data)


class BareGrids(_View):
    """Grids in which no Party organisation stands."""

    serializer_class = TerritorySerializer
    pagination_class = ByCode

    @extend_schema(operation_id="pairing_grids", summary=_("没有党组织的网格"), tags=TAGS, parameters=[PlaceQuery])
    def get(self, request: Request) -> Response:
        """In the order of their codes."""
        rows = self.paginate_queryset(bare_grids(self.place(handled=False)))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class ByDoor(KeysetPagination):
    """By building and door."""

    keys = (Key("path", read_path), Key("door", read_door), Key("id", int))


class Households(_View):
    """Households of a place."""

    serializer_class = HouseholdSerializer
    query_serializer_class = HouseholdQuery
    pagination_class = ByDoor

    @extend_schema(operation_id="pairing_households", summary=_("住户"), tags=TAGS, parameters=[HouseholdQuery])
    def get(self, request: Request) -> Response:
        """Those without a pair, or all."""
        rows = Household.objects.filter(building__path__startswith=str(self.place().path))
        if self.query["show"] == "unpaired":
            rows = rows.filter(is_paired=False)
        rows = rows.select_related("building").defer("building__boundary").annotate(path=F("building__path"))
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)


class Loads(_View):
    """Members of a place and what they carry."""

    serializer_class = LoadSerializer
    query_serializer_class = MemberQuery
    pagination_class = KeysetPagination

    @extend_schema(operation_id="pairing_members", summary=_("各人结对几户"), tags=TAGS, parameters=[MemberQuery])
    def get(self, request: Request) -> Response:
        """All, or those with more than their place allows."""
        place = self.place()
        rows = PartyMember.objects.confirmed().filter(organisation__territory__path__startswith=str(place.path))
        if self.query["show"] == "over":
            rows = rows.filter(pk__in=[one.pk for one in overloaded(place, most=MOST_OVERLOADED)])
        page = self.paginate_queryset(rows.select_related("user", "load"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class Pair(_View):
    """Pairs made by hand."""

    serializer_class = PairingSerializer
    query_serializer_class = None

    @extend_schema(
        operation_id="pairing_pair", summary=_("结对"), tags=TAGS, request=PairBody, responses={201: PairingSerializer}
    )
    @once
    def post(self, request: Request) -> Response:
        """A member looks after a household, or leads a member."""
        handled_place(self.person, "")  # who handles nothing learns of no member and no household
        pairing = services.pair(actor=self.person, **self.read_body(PairBody))
        return Response(self.get_serializer(pairing).data, status=status.HTTP_201_CREATED)


class End(_View):
    """The end of a pairing."""

    serializer_class = PairingSerializer
    query_serializer_class = None

    @extend_schema(operation_id="pairing_end", summary=_("结束结对"), tags=TAGS, request=None)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Household and member are free again."""
        rows = Pairing.objects.select_related("lead__organisation__territory", "household__building")
        found = rows.filter(pk=pk).first()
        if found is None or not handles(self.person, services.place_of(found)):
            raise Http404
        return Response(self.get_serializer(services.end_pairing(actor=self.person, pairing=found)).data)


class Proposal(_View):
    """Who could take which household of a grid."""

    serializer_class = ProposedSerializer
    query_serializer_class = None

    def grid(self, code: str) -> Territory:
        """The grid. Raises PermissionDenied, Http404."""
        place = handled_place(self.person, code)
        if place.level != Level.GRID:
            raise Http404
        return place

    @extend_schema(
        operation_id="pairing_proposal", summary=_("结对建议"), tags=TAGS, responses=ProposedSerializer(many=True)
    )
    def get(self, request: Request, code: str) -> Response:
        """The nearest with balanced load; nothing changes."""
        return Response(self.get_serializer(proposal_for(question_for(self.grid(code))), many=True).data)

    @extend_schema(
        operation_id="pairing_accept",
        summary=_("采纳结对建议"),
        tags=TAGS,
        request=AcceptBody,
        responses=AcceptedSerializer,
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        """As a whole or in part; what is taken meanwhile is left out."""
        place = self.grid(code)
        pairs = [(each["lead"], each["household"]) for each in self.read_body(AcceptBody)["pairs"]]
        made, left = services.accept_proposal(actor=self.person, place=place, pairs=pairs)
        return Response({"made": made, "left_out": left})


urlpatterns = [
    path("pairing/feedback/", FeedbacksToUnits.as_view(), name="api_pairing_feedbacks"),
    path("pairing/", Pair.as_view(), name="api_pairing_pair"),
    path("pairing/coverage/", Coverage.as_view(), name="api_pairing_coverage"),
    path("pairing/grids/", BareGrids.as_view(), name="api_pairing_grids"),
    path("pairing/households/", Households.as_view(), name="api_pairing_households"),
    path("pairing/households/<int:pk>/care/", RevealCare.as_view(), name="api_pairing_care"),
    path("pairing/households/<int:pk>/care/set/", SetCare.as_view(), name="api_pairing_care_set"),
    path("pairing/members/", Loads.as_view(), name="api_pairing_members"),
    path("pairing/members/<int:pk>/feedback/", FeedbackToUnit.as_view(), name="api_pairing_feedback"),
    path("pairing/proposal/<division:code>/", Proposal.as_view(), name="api_pairing_proposal"),
    path("pairing/<int:pk>/end/", End.as_view(), name="api_pairing_end"),
]
