"""Statistics for programs: the same numbers as on the pages, and for the public the same gaps."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ApiView
from portal.api.pagination import KeysetPagination
from wishes.statistics.digest_views import digests_of
from wishes.statistics.figures import COLUMNS, RATES, Figures
from wishes.statistics.models import StatCell, WeeklyDigest
from wishes.statistics.views import public_statistics, staff_statistics

TAGS = ["statistics"]


class FiguresSerializer(serializers.Serializer[Any]):
    """The numbers of one group of wishes; null is a number that is not told."""

    def get_fields(self) -> dict[str, Any]:
        counts = {name: serializers.IntegerField(allow_null=True, help_text=words) for name, words in COLUMNS.items()}
        rates = {name: serializers.FloatField(allow_null=True, help_text=words) for name, words in RATES.items()}
        return counts | rates | {"stars": serializers.FloatField(allow_null=True, help_text=_("平均星数"))}

    def to_representation(self, instance: Figures) -> dict[str, Any]:
        rates = {name: getattr(instance, name) for name in RATES}
        return {
            **{name: instance[name] for name in COLUMNS},
            **{name: rate.percent if rate else None for name, rate in rates.items()},
            "stars": instance.stars,
        }


class LineSerializer(serializers.Serializer[Any]):
    """One line of a table; an empty code stands for several things told together."""

    code = serializers.CharField(help_text=_("编码；几项合在一起时为空"))
    name = serializers.CharField(source="label")
    figures = FiguresSerializer()


class ReportSerializer(serializers.Serializer[Any]):
    """The tables of one place."""

    place = serializers.CharField(source="place.code", default="", help_text=_("地区编码，全部地区为空"))
    figures = FiguresSerializer(allow_null=True, help_text=_("件数太少、不单独公布时为 null"))
    months = LineSerializer(many=True)
    categories = LineSerializer(many=True)
    places = LineSerializer(many=True)


class PublicReportSerializer(ReportSerializer):
    """What everybody reads."""

    year = serializers.IntegerField()
    years = serializers.ListField(child=serializers.IntegerField(), help_text=_("有数可看的年份"))


class StaffReportSerializer(ReportSerializer):
    """What staff read."""

    first_month = serializers.DateField()
    last_month = serializers.DateField()
    handlers = LineSerializer(many=True, help_text=_("责任人；没有考核职责的人只看到自己"))


class PublicQuery(serializers.Serializer[Any]):
    """What the public may ask for."""

    place = serializers.RegexField(r"^[0-9]{2,15}$", required=False, help_text=_("区、街道、社区或网格的编码"))
    year = serializers.IntegerField(required=False, min_value=2000, max_value=2999, help_text=_("提交的年份"))


class StaffQuery(serializers.Serializer[Any]):
    """What staff may ask for."""

    place = serializers.RegexField(r"^[0-9]{2,15}$", required=False, help_text=_("自己负责的地区里的编码"))
    period = serializers.RegexField(
        r"^(12|20[0-9]{2}(-(0[1-9]|1[0-2]))?)$", required=False, help_text=_("12（最近 12 个月）、2026 或 2026-11")
    )
    category = serializers.RegexField(r"^[0-9A-Za-z_-]{1,40}$", required=False, help_text=_("类别代码"))


class PublicStatistics(ApiView):
    """How wishes fare, for everybody."""

    permission_classes = (AllowAny,)
    pagination_class = None
    queryset = StatCell.objects.none()
    query_serializer_class = PublicQuery
    serializer_class = PublicReportSerializer

    @extend_schema(
        operation_id="statistics_read",
        summary=_("心愿统计"),
        description=_(
            "按提交的年份统计，本月的数下个月才有。少于 5 件的数是 null，也不能从别的数推算出来；"
            "合在一起的一行没有编码。"
        ),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """A place and a calendar year, without groups smaller than five."""
        _places, publication, report = public_statistics(self.query.get("place", ""), str(self.query.get("year", "")))
        told = {**vars(report), "year": publication.year, "years": publication.years}
        return Response(self.get_serializer(told).data)


class StaffStatistics(ApiView):
    """The exact numbers of the caller's places."""

    permission_classes = (IsAuthenticated,)
    pagination_class = None
    queryset = StatCell.objects.none()
    query_serializer_class = StaffQuery
    serializer_class = StaffReportSerializer

    @extend_schema(operation_id="statistics_work", summary=_("我负责的地方的统计"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """By place, category, month and responsible person."""
        scope, report = staff_statistics(self.person, request.query_params)
        told = {**vars(report), "first_month": scope.span.first, "last_month": scope.span.last}
        return Response(self.get_serializer(told).data)


class DigestSerializer(serializers.ModelSerializer[WeeklyDigest]):
    """One week of one place."""

    place = serializers.CharField(source="territory.code")
    numbers = serializers.JSONField(help_text=_("week 是这一周，before 是前一周；名单里是心愿的 id"))

    class Meta:
        model = WeeklyDigest
        fields = ("id", "place", "week", "made_at", "numbers")


class Digests(ApiView):
    """Weekly digests of the caller's places."""

    permission_classes = (IsAuthenticated,)
    pagination_class = KeysetPagination
    queryset = WeeklyDigest.objects.none()
    serializer_class = DigestSerializer

    @extend_schema(operation_id="statistics_digests", summary=_("一周摘要"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Newest first."""
        own = digests_of(self.person).select_related("territory").defer("territory__boundary")
        rows = self.paginate_queryset(own)
        return self.get_paginated_response(self.get_serializer(rows or [], many=True).data)
