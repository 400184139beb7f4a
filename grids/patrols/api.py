"""Patrols for programs: today's, ticking, and how they are kept."""

from datetime import date
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.incidents.queries import this_month
from grids.patrols.domain import READERS, WALKERS, Outcome, Rhythm, RunState
from grids.patrols.models import PatrolPoint, PatrolRun
from grids.patrols.policies import may_plan, may_walk
from grids.patrols.queries import kept, todays_of, with_points
from grids.patrols.services import PointGiven, finish_run, plan_route, tick_point
from grids.patrols.views.reading import place_read
from grids.roles.queries import holds_anywhere
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.schema import refusing
from portal.errors import NotAllowed

TAGS = ["patrols"]


class PatrolPointSerializer(serializers.Serializer[Any]):
    """A point of today's way."""

    id = serializers.IntegerField()
    place = serializers.CharField(help_text=_("在哪里"))
    look_at = serializers.CharField(help_text=_("看什么"))
    outcome = serializers.ChoiceField(choices=[("", ""), *Outcome.choices], help_text=_("空的是还没打"))
    reason = serializers.CharField()


class PatrolRunSerializer(serializers.Serializer[Any]):
    """One patrol with its points in order."""

    id = serializers.IntegerField()
    name = serializers.CharField(help_text=_("路线名称"))
    place = serializers.CharField(help_text=_("网格或社区代码"))
    day = serializers.DateField()
    state = serializers.ChoiceField(choices=RunState.choices)
    points = PatrolPointSerializer(many=True)


class PatrolTickBody(serializers.Serializer[Any]):
    """Seen, or not for a reason. No position is taken."""

    outcome = serializers.ChoiceField(choices=Outcome.choices, default=Outcome.SEEN)
    reason = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class PatrolKeptQuery(serializers.Serializer[Any]):
    """Of which place."""

    place = serializers.RegexField(r"^[0-9]{2,18}$", required=False, help_text=_("地区代码；不写是自己负责的地方"))


class PatrolKeptSerializer(serializers.Serializer[Any]):
    """How the patrols of a place are kept this month."""

    since = serializers.DateField()
    until = serializers.DateField()
    due = serializers.IntegerField(help_text=_("该走，连今天的"))
    done = serializers.IntegerField(help_text=_("走完"))
    partly = serializers.IntegerField(help_text=_("走了一部分"))
    missed = serializers.IntegerField(help_text=_("没有走"))


class PatrolPointBody(serializers.Serializer[Any]):
    """A point to be planned: a building or a spot."""

    building = serializers.CharField(
        max_length=20, required=False, default="", allow_blank=True, help_text=_("楼栋代码")
    )
    spot = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    look_at = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class PatrolPlanBody(serializers.Serializer[Any]):
    """A new route."""

    name = serializers.CharField(max_length=40)
    place = serializers.CharField(max_length=20, help_text=_("网格或社区代码"))
    assigned_to = serializers.PrimaryKeyRelatedField[User](queryset=User.objects.filter(is_active=True))
    rhythm = serializers.ChoiceField(choices=Rhythm.choices)
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7), required=False, default=list
    )
    number = serializers.IntegerField(min_value=1, max_value=60, required=False, default=1)
    points = PatrolPointBody(many=True)


class PatrolRouteSerializer(serializers.Serializer[Any]):
    """A route that was planned."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    rhythm = serializers.ChoiceField(choices=Rhythm.choices)
    weekdays = serializers.ListField(child=serializers.IntegerField())
    starts_on = serializers.DateField()


def shown(run: PatrolRun) -> dict[str, Any]:
    """A patrol as programs read it."""
    ticks = {tick.point_id: tick for tick in run.ticks.all()}
    return {
        "id": run.pk,
        "name": run.route.name,
        "place": run.place.code,
        "day": run.day,
        "state": run.state,
        "points": [
            {
                "id": point.pk,
                "place": point.words,
                "look_at": point.look_at,
                "outcome": ticks[point.pk].outcome if point.pk in ticks else "",
                "reason": ticks[point.pk].reason if point.pk in ticks else "",
            }
            for point in run.route.points.all()
        ],
    }


class PatrolView(ApiView):
    """Base: a patrol that is not for the caller to walk does not exist."""

    permission_classes = (IsAuthenticated,)
    queryset = PatrolRun.objects.none()
    serializer_class: Any = PatrolRunSerializer
    pagination_class = None

    def run(self, pk: int) -> PatrolRun:
        """The patrol. Raises Http404."""
        found = get_object_or_404(PatrolRun.objects.select_related("route", "place"), pk=pk)
        if not may_walk(self.person, found):
            raise Http404
        return found

    def answer(self, run: PatrolRun) -> Response:
        """The patrol as it is now."""
        return Response(PatrolRunSerializer(shown(with_points(PatrolRun.objects.all()).get(pk=run.pk))).data)


class Today(PatrolView):
    """What the caller walks today."""

    @extend_schema(
        operation_id="patrols_today",
        summary=_("今天的巡查"),
        tags=TAGS,
        responses=PatrolRunSerializer(many=True),
        extensions=refusing(403),
    )
    def get(self, request: Request) -> Response:
        """Points in order, with what was ticked."""
        if not holds_anywhere(self.person, WALKERS | READERS):
            raise NotAllowed(_t("这里给负责巡查的人。您现在没有要走的路线。"))
        runs = todays_of(self.person, timezone.localdate())
        return Response(PatrolRunSerializer([shown(run) for run in runs], many=True).data)


class Tick(PatrolView):
    """Ticking a point."""

    @extend_schema(
        operation_id="patrols_tick",
        summary=_("打点"),
        description=_("同一个点打两次，只算第一次。"),
        tags=TAGS,
        request=PatrolTickBody,
        responses=PatrolRunSerializer,
    )
    @once
    def post(self, request: Request, pk: int, point: int) -> Response:
        """Answers with the patrol as it is then."""
        run = self.run(pk)
        found = get_object_or_404(PatrolPoint, pk=point, route=run.route_id)
        tick_point(actor=self.person, run=run, point=found, **self.read_body(PatrolTickBody))
        return self.answer(run)


class Finish(PatrolView):
    """That is all for today."""

    @extend_schema(
        operation_id="patrols_finish",
        summary=_("今天就走到这里"),
        tags=TAGS,
        request=None,
        responses=PatrolRunSerializer,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Points that are left were not seen."""
        return self.answer(finish_run(actor=self.person, run=self.run(pk)))


class KeptView(PatrolView):
    """How patrols are kept."""

    serializer_class = PatrolKeptSerializer
    query_serializer_class = PatrolKeptQuery

    @extend_schema(
        operation_id="patrols_kept",
        summary=_("本月巡查走得怎样"),
        tags=TAGS,
        responses=PatrolKeptSerializer,
        extensions=refusing(403),
    )
    def get(self, request: Request) -> Response:
        """Numbers of this month."""
        place = place_read(request, self.person)
        month = this_month(timezone.localdate())
        numbers = kept(place, month)
        found: dict[str, int | date] = {"since": month.since, "until": month.until}
        found |= {name: getattr(numbers, name) for name in ("due", "done", "partly", "missed")}
        return Response(PatrolKeptSerializer(found).data)


class Routes(PatrolView):
    """Planning."""

    serializer_class = PatrolRouteSerializer

    @extend_schema(
        operation_id="patrols_plan",
        summary=_("排一条巡查路线"),
        tags=TAGS,
        request=PatrolPlanBody,
        responses={201: PatrolRouteSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """For the head of the grid and the community."""
        data = self.read_body(PatrolPlanBody)
        places = Territory.objects.defer("boundary")
        place = get_object_or_404(places, code=data.pop("place"))
        if not may_plan(self.person, place):
            raise NotAllowed(_t("巡查由网格长和社区工作者来排。"))
        codes = [one["building"] for one in data["points"] if one["building"]]
        buildings = {one.code: one for one in places.filter(code__in=codes, level=Level.BUILDING)}
        points = [PointGiven(buildings.get(one["building"]), one["spot"], one["look_at"]) for one in data.pop("points")]
        route = plan_route(actor=self.person, place=place, points=points, **data)
        return Response(PatrolRouteSerializer(route).data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path("", KeptView.as_view(), name="api_patrols"),
    path("today/", Today.as_view(), name="api_patrols_today"),
    path("routes/", Routes.as_view(), name="api_patrol_routes"),
    path("<int:pk>/finish/", Finish.as_view(), name="api_patrol_finish"),
    path("<int:pk>/points/<int:point>/", Tick.as_view(), name="api_patrol_tick"),
]
