"""Splitting, merging and renumbering for programs, each with a preview, and the numbers a grid has had."""

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
from grids.lineage.plans import Plan, fingerprint, plan_merge, plan_renumbering, plan_split
from grids.lineage.services import merge_grids, renumber_grids, split_grid
from grids.territory.domain import Level, NumberFate
from grids.territory.models import PHONE, GridNumber, Territory
from grids.territory.numbers import grid_by_number, numbers_of
from grids.territory.policies import may_configure
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.errors import NotAllowed

TAGS = ["grids"]


class ReasonSerializer(serializers.Serializer[Any]):
    """Why the net is changed, and whether only to say what would happen."""

    reason = serializers.CharField(max_length=200, label=_("为什么调整"))
    preview = serializers.BooleanField(default=False, label=_("只看会怎样，不办"))


class SplitSerializer(ReasonSerializer):
    """What goes to the new grid."""

    name = serializers.CharField(max_length=60, label=_("新网格的名称"))
    buildings = serializers.ListField(
        child=serializers.IntegerField(), max_length=999, default=list, label=_("分出去的楼栋的 id")
    )
    area = serializers.JSONField(default=None, allow_null=True, label=_("GeoJSON：新网格的面，或切开老网格的线"))
    supervision_phone = serializers.CharField(
        max_length=25, default="", allow_blank=True, validators=[PHONE], label=_("监督电话，不填同老网格")
    )


class MergeSerializer(ReasonSerializer):
    """Which grid takes the other up, and whose office goes on there."""

    into = serializers.RegexField(r"^[0-9]{15}$", label=_("并入的网格的编码"))
    carry = serializers.ListField(
        child=serializers.IntegerField(), max_length=999, default=list, label=_("到那边接着干的任职的 id")
    )


class RenumberSerializer(ReasonSerializer):
    """`seen` is what a preview answered."""

    seen = serializers.CharField(max_length=9000, required=False, allow_blank=True, label=_("预览里的 seen"))


class MatterSerializer(serializers.Serializer[Any]):
    """A kind of open matter that goes along."""

    name = serializers.CharField(source="label")
    count = serializers.IntegerField()


class PlanSerializer(serializers.Serializer[Any]):
    """What moves; `grid` is the code of the grid that has it, null in a preview of a split."""

    done = serializers.BooleanField()
    grid = serializers.CharField(allow_null=True)
    buildings = serializers.ListField(child=serializers.IntegerField())
    households = serializers.IntegerField()
    residents = serializers.IntegerField()
    matters = MatterSerializer(many=True)
    warnings = serializers.ListField(child=serializers.CharField())


class RenumberingSerializer(serializers.Serializer[Any]):
    """A grid and its number now and then."""

    name = serializers.CharField(source="grid.name")
    old_code = serializers.CharField()
    new_code = serializers.CharField()


class RenumberedSerializer(serializers.Serializer[Any]):
    """All grids of the community in the order of the rule."""

    done = serializers.BooleanField()
    seen = serializers.CharField(allow_blank=True)
    grids = RenumberingSerializer(many=True)


class NumberSerializer(serializers.ModelSerializer[GridNumber]):
    """A number that the grid, or one it took up, has or had."""

    fate = serializers.ChoiceField(choices=NumberFate.choices)

    class Meta:
        model = GridNumber
        fields = ["code", "since", "until", "fate"]
        read_only_fields = fields


def _grid(code: str) -> Territory:
    found: Territory = get_object_or_404(Territory.objects.living(), code=code, level=Level.GRID)
    return found


def _answer(plan: Plan, grid: Territory | None, *, done: bool) -> Response:
    told = {
        "done": done,
        "grid": grid.code if grid else None,
        "buildings": plan.building_ids,
        "households": plan.households,
        "residents": plan.residents,
        "matters": plan.matters,
        "warnings": plan.warnings,
    }
    return Response(PlanSerializer(told).data)


class NetView(ApiView):
    """For system administrators of the place; others learn nothing of what would move."""

    permission_classes = (IsAuthenticated,)
    queryset = Territory.objects.none()

    def require(self, place: Territory) -> None:
        """Raises NotAllowed."""
        if not may_configure(self.person, place):
            raise NotAllowed(_("只有这个辖区的系统管理员可以修改配置。"))


class SplitGrid(NetView):
    """One grid becomes two."""

    serializer_class = SplitSerializer

    @extend_schema(operation_id="grids_split", summary=_("拆分网格"), tags=TAGS, responses=PlanSerializer)
    @once
    def post(self, request: Request, code: str) -> Response:
        """Or what would move."""
        grid = _grid(code)
        self.require(grid)
        given = self.read_body(SplitSerializer)
        plan = plan_split(grid, given["buildings"], given["area"])
        if given.pop("preview"):
            return _answer(plan, None, done=False)
        return _answer(plan, split_grid(actor=self.person, grid=grid, **given), done=True)


class MergeGrid(NetView):
    """One grid is taken up by another."""

    serializer_class = MergeSerializer

    @extend_schema(operation_id="grids_merge", summary=_("把网格并入别的网格"), tags=TAGS, responses=PlanSerializer)
    @once
    def post(self, request: Request, code: str) -> Response:
        """Or what would move."""
        grid = _grid(code)
        self.require(grid)
        given = self.read_body(MergeSerializer)
        into = _grid(given.pop("into"))
        self.require(into)
        plan = plan_merge(grid, into)
        if given.pop("preview"):
            return _answer(plan, into, done=False)
        return _answer(plan, merge_grids(actor=self.person, grid=grid, into=into, **given), done=True)


class RenumberGrids(NetView):
    """A community's grids are numbered west to east, north to south."""

    serializer_class = RenumberSerializer

    @extend_schema(
        operation_id="grids_renumber", summary=_("社区的网格重新编号"), tags=TAGS, responses=RenumberedSerializer
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        """Or what the numbers would be."""
        community: Territory = get_object_or_404(Territory, code=code, level=Level.COMMUNITY)
        self.require(community)
        given = self.read_body(RenumberSerializer)
        preview = given.pop("preview")
        rows = (
            plan_renumbering(community) if preview else renumber_grids(actor=self.person, community=community, **given)
        )
        told = {"done": not preview, "seen": fingerprint(rows), "grids": rows}
        return Response(RenumberedSerializer(told).data)


class GridNumbers(ApiView):
    """The numbers of a grid are public: they stand on papers."""

    permission_classes = (AllowAny,)
    queryset = GridNumber.objects.none()
    serializer_class = NumberSerializer
    pagination_class = None

    @extend_schema(
        operation_id="grids_numbers",
        summary=_("网格用过的编号"),
        tags=TAGS,
        responses=NumberSerializer(many=True),
    )
    def get(self, request: Request, code: str) -> Response:
        """Of the present grid for a number it has or once had."""
        grid = grid_by_number(code)
        if grid is None:
            raise Http404
        return Response(self.get_serializer(numbers_of(grid), many=True).data)


urlpatterns = [
    path("grids/<division:code>/split/", SplitGrid.as_view(), name="api_grid_split"),
    path("grids/<division:code>/merge/", MergeGrid.as_view(), name="api_grid_merge"),
    path("grids/<division:code>/numbers/", GridNumbers.as_view(), name="api_grid_numbers"),
    path("territories/<division:code>/renumber/", RenumberGrids.as_view(), name="api_grids_renumber"),
]
