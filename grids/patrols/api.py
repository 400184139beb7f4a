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

from grids.incidents.api.answers import IncidentDetailSerializer, detail_of
from grids.incidents.api.bodies import IncidentCollectBody
from grids.incidents.api.steps import near_or_invalid, own_photos, point_of
from grids.incidents.models import Incident
from grids.incidents.policies import knows_particulars
from grids.incidents.queries import this_month
from grids.incidents.views.access import with_parts
from grids.incidents.views.places import place_of
from grids.patrols.domain import READERS, WALKERS, Outcome, Rhythm, RunState
from grids.patrols.finding import findings_of, place_of_point, report_at_point, with_findings
from grids.patrols.models import PatrolPoint, PatrolRun
from grids.patrols.policies import may_plan, may_walk
from grids.patrols.queries import kept, todays_of, with_points
from grids.patrols.services import PointGiven, finish_run, plan_route, take_back_tick, tick_point
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
    ticked_by_me = serializers.BooleanField(help_text=_("自己打的，巡查结束前可以收回"))
    incidents = serializers.ListField(child=serializers.CharField(), help_text=_("在这里上报的事件的编号"))


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


class PatrolIncidentBody(IncidentCollectBody):
    """Something wrong at the point; place and spot are those of the point."""

    place = None  # type: ignore[assignment]  # how a field is left out
    spot = None  # type: ignore[assignment]  # how a field is left out


class PatrolFindingQuery(serializers.Serializer[Any]):
    """Of which incident."""

    incident = serializers.CharField(max_length=20, help_text=_("事件编号"))


class PatrolFindingSerializer(serializers.Serializer[Any]):
    """On which patrol and at which point an incident was found, in the words of that day."""

    run = serializers.IntegerField(source="run_id", allow_null=True)
    point = serializers.IntegerField(source="point_id", allow_null=True)
    route_name = serializers.CharField(help_text=_("路线"))
    point_words = serializers.CharField(help_text=_("在哪个点"))
    day = serializers.DateField()


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


def shown(run: PatrolRun, user: User) -> dict[str, Any]:
    """A patrol as programs read it."""
    ticks = {tick.point_id: tick for tick in run.ticks.all()}
    found = list(run.findings.all())
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
                "ticked_by_me": point.pk in ticks and ticks[point.pk].by_id == user.pk,
                "incidents": [one.incident.number for one in found if one.point_id == point.pk],
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

    def point(self, pk: int, point: int) -> tuple[PatrolRun, PatrolPoint]:
        """A patrol and a point of it. Raises Http404."""
        run = self.run(pk)
        points = PatrolPoint.objects.select_related("building").defer("building__boundary")
        return run, get_object_or_404(points, pk=point, route=run.route_id)

    def answer(self, run: PatrolRun) -> Response:
        """The patrol as it is now."""
        now = with_findings(with_points(PatrolRun.objects.all()), self.person).get(pk=run.pk)
        return Response(PatrolRunSerializer(shown(now, self.person)).data)


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
        runs = with_findings(todays_of(self.person, timezone.localdate()), self.person)
        return Response(PatrolRunSerializer([shown(run, self.person) for run in runs], many=True).data)


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
        run, found = self.point(pk, point)
        tick_point(actor=self.person, run=run, point=found, **self.read_body(PatrolTickBody))
        return self.answer(run)


class TakeBack(PatrolView):
    """Ticked by mistake."""

    @extend_schema(
        operation_id="patrols_take_back",
        summary=_("收回打错的点"),
        description=_("只有打点的人可以，巡查结束以前。"),
        tags=TAGS,
        request=None,
        responses=PatrolRunSerializer,
    )
    @once
    def post(self, request: Request, pk: int, point: int) -> Response:
        """Answers with the patrol as it is then."""
        run, found = self.point(pk, point)
        return self.answer(take_back_tick(actor=self.person, run=run, point=found))


class PointIncidents(PatrolView):
    """What is wrong at a point."""

    serializer_class = IncidentDetailSerializer

    @extend_schema(
        operation_id="patrols_report",
        summary=_("上报一个点上的事"),
        description=_("和上报事件一样，另外记下是哪次巡查、在哪个点发现的。"),
        tags=TAGS,
        request=PatrolIncidentBody,
        responses={201: IncidentDetailSerializer},
    )
    @once
    def post(self, request: Request, pk: int, point: int) -> Response:
        """Answers with the incident."""
        run, found = self.point(pk, point)
        data = self.read_body(PatrolIncidentBody)
        where = point_of(data)
        place = place_of(where, str(place_of_point(run, found).code)) or run.place
        data["photos"] = own_photos(self.person, data["photos"])
        data["photos_after"] = own_photos(self.person, data["photos_after"], "photos_after")
        if (joined := data.pop("join", None)) is not None:
            near = near_or_invalid(data["category"], place, where, joined)
            given: dict[str, Any] = {"incident": near, "words": data["words"], "photos": data["photos"]}
        else:
            given = {**data, "place": place, "spot": found.spot, "point": where}
        incident = report_at_point(actor=self.person, run=run, stop=found, **given)
        whole = with_parts(Incident.objects.all()).get(pk=incident.pk)
        answer = IncidentDetailSerializer(detail_of(whole, self.person, now=timezone.now()))
        return Response(answer.data, status=status.HTTP_201_CREATED)


class Findings(PatrolView):
    """Where an incident was found."""

    serializer_class = PatrolFindingSerializer
    query_serializer_class = PatrolFindingQuery

    @extend_schema(
        operation_id="patrols_findings",
        summary=_("一件事件是哪次巡查发现的"),
        tags=TAGS,
        responses=PatrolFindingSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """For staff of the place; empty where it was not found on a patrol."""
        incident = get_object_or_404(
            Incident.objects.visible_to(self.person).with_surroundings(), number=self.query["incident"]
        )
        if not knows_particulars(self.person, incident):
            raise Http404
        return Response(self.get_serializer(findings_of(incident), many=True).data)


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
    path("findings/", Findings.as_view(), name="api_patrol_findings"),
    path("<int:pk>/points/<int:point>/incidents/", PointIncidents.as_view(), name="api_patrol_report"),
    path("<int:pk>/points/<int:point>/back/", TakeBack.as_view(), name="api_patrol_take_back"),
    path("<int:pk>/points/<int:point>/", Tick.as_view(), name="api_patrol_tick"),
]
