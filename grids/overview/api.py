"""A place at a glance for programs: the same numbers as on the page, told to the same people."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.overview.figures import registered_panels
from grids.overview.in_hand import Hand, hands_of
from grids.overview.reading import Figure, Line, Overview, overview_of
from grids.overview.trend import Course, courses_of
from grids.pairing.api import PlaceQuery
from grids.pairing.models import Household
from grids.pairing.scope import handled_place
from grids.territory.api import TAGS, TerritorySerializer
from grids.territory.domain import Level
from portal.api.base import ApiView


class GlanceColumnSerializer(serializers.Serializer[Any]):
    """What one number counts."""

    key = serializers.CharField()
    name = serializers.CharField(source="label")
    is_share = serializers.BooleanField(source="whole", help_text=gettext_lazy("百分比"))
    hides_small_groups = serializers.BooleanField(source="about_people")


class GlancePanelSerializer(serializers.Serializer[Any]):
    """The numbers of one feature."""

    key = serializers.CharField()
    title = serializers.CharField()
    columns = GlanceColumnSerializer(many=True)


class PlaceAtAGlanceSerializer(serializers.Serializer[Any]):
    """A place and its numbers by the key of the column; null for what is not told."""

    place = TerritorySerializer()
    figures = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField(allow_null=True)))
    def get_figures(self, line: Line) -> dict[str, int | None]:
        return numbers_of(line.figures)


class OverviewSerializer(serializers.Serializer[Any]):
    """A place, what is counted, its numbers and those of the places one level below."""

    place = TerritorySerializer()
    counted_at = serializers.DateTimeField(source="kept.at")
    is_exact = serializers.BooleanField(source="exact", help_text=gettext_lazy("小于 5 的也显示"))
    panels = serializers.SerializerMethodField()
    figures = serializers.SerializerMethodField()
    rows = PlaceAtAGlanceSerializer(source="lines", many=True)

    @extend_schema_field(GlancePanelSerializer(many=True))
    def get_panels(self, _overview: Overview) -> Any:
        return GlancePanelSerializer(registered_panels(), many=True).data

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField(allow_null=True)))
    def get_figures(self, overview: Overview) -> dict[str, int | None]:
        return numbers_of(figure for panel in overview.panels for figure in panel.figures)


def numbers_of(figures: Any) -> dict[str, int | None]:
    """Each value by the key of its column."""
    found: list[Figure] = list(figures)
    return {figure.column.key: figure.value for figure in found}


class OpenDaySerializer(serializers.Serializer[Any]):
    """One day; null where it was not counted or is not told."""

    day = serializers.DateField()
    count = serializers.IntegerField(allow_null=True)


class OpenCourseSerializer(serializers.Serializer[Any]):
    """What was open of one kind on each day of four weeks."""

    key = serializers.CharField(source="column.key")
    name = serializers.CharField(source="column.label")
    days = serializers.SerializerMethodField()

    @extend_schema_field(OpenDaySerializer(many=True))
    def get_days(self, course: Course) -> Any:
        return OpenDaySerializer([{"day": day, "count": count} for day, count in course.days], many=True).data


class HandSerializer(serializers.Serializer[Any]):
    """What one member of staff has in hand, by kind."""

    user = serializers.IntegerField(source="user.pk")
    offices = serializers.ListField(child=serializers.CharField())
    in_hand = serializers.SerializerMethodField()
    total = serializers.IntegerField()
    is_too_much = serializers.BooleanField()

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_in_hand(self, hand: Hand) -> dict[str, int]:
        return {part.key: count for part, count, _href in hand.parts}


class _View(ApiView):
    permission_classes = (IsAuthenticated,)
    queryset = Household.objects.none()
    query_serializer_class: ClassVar[type[serializers.Serializer[Any]] | None] = PlaceQuery
    pagination_class = None


class OverviewView(_View):
    """A place at a glance."""

    serializer_class = OverviewSerializer

    @extend_schema(operation_id="overview", summary=gettext_lazy("一张图"), tags=TAGS, parameters=[PlaceQuery])
    def get(self, request: Request) -> Response:
        """Numbers not older than a minute; small groups of people for the handlers only."""
        return Response(self.get_serializer(overview_of(self.person, self.query["place"])).data)


class TrendView(_View):
    """What was open on each day."""

    serializer_class = OpenCourseSerializer

    @extend_schema(
        operation_id="overview_trend",
        summary=gettext_lazy("近四周每天还没办完的"),
        tags=TAGS,
        parameters=[PlaceQuery],
        responses=OpenCourseSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Of a district, street or community; small groups of people for the handlers only."""
        found = overview_of(self.person, self.query["place"])
        if found.place.level > Level.COMMUNITY:
            raise Http404
        courses = courses_of(found.place, timezone.localdate(found.kept.at), exact=found.exact)
        return Response(self.get_serializer(courses, many=True).data)


class HandsView(_View):
    """What each member of staff has in hand."""

    serializer_class = HandSerializer

    @extend_schema(
        operation_id="overview_staff",
        summary=gettext_lazy("各人手上的活"),
        tags=TAGS,
        parameters=[PlaceQuery],
        responses=HandSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Of a community or grid, for those who handle there; in the order of the places, which is no ranking."""
        place = handled_place(self.person, self.query["place"])
        if place.level < Level.COMMUNITY:
            raise PermissionDenied(_("请先选一个社区，再看各人手上的活。"))
        return Response(self.get_serializer(hands_of(place), many=True).data)


urlpatterns = [
    path("overview/", OverviewView.as_view(), name="api_overview"),
    path("overview/trend/", TrendView.as_view(), name="api_overview_trend"),
    path("overview/staff/", HandsView.as_view(), name="api_overview_staff"),
]
