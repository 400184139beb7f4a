"""The duty board for programs."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.duty.domain import Presence, days_from
from grids.duty.policies import may_read_board
from grids.duty.queries import board_of
from grids.duty.services import arrange_leave, end_leave, name_cover
from grids.roles.domain import AbsenceKind
from grids.roles.models import Appointment, DutyCover
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.api.base import ApiView
from portal.api.idempotency import once

TAGS = ["roles"]


class DayCellSerializer(serializers.Serializer[Any]):
    """One grid on one day."""

    day = serializers.DateField()
    head = serializers.ChoiceField(choices=Presence.choices)
    head_name = serializers.CharField()
    members = serializers.ChoiceField(choices=Presence.choices)
    member_names = serializers.ListField(child=serializers.CharField())
    is_gap = serializers.BooleanField(help_text=_("没有网格长，或者没有网格员"))


class DutyRowSerializer(serializers.Serializer[Any]):
    """One grid over two weeks."""

    code = serializers.CharField()
    name = serializers.CharField()
    cells = DayCellSerializer(many=True)


class DutySerializer(serializers.Serializer[Any]):
    """Days on which somebody is away, and who stands in."""

    id = serializers.IntegerField(source="pk")
    appointment = serializers.IntegerField(source="appointment_id")
    cover = serializers.IntegerField(source="cover_id", allow_null=True)
    kind = serializers.ChoiceField(choices=AbsenceKind.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text=_("这一天起本人自己来"))


class LeaveSerializer(serializers.Serializer[Any]):
    """A leave to be noted."""

    appointment = serializers.PrimaryKeyRelatedField[Appointment](
        queryset=Appointment.objects.all(), label=_("谁的哪项任职")
    )
    kind = serializers.ChoiceField(choices=AbsenceKind.choices, default=AbsenceKind.LEAVE)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    cover = serializers.PrimaryKeyRelatedField[User](
        queryset=User.objects.filter(is_staff=True), required=False, allow_null=True, label=_("代班的人")
    )


class NameCoverSerializer(serializers.Serializer[Any]):
    """Who stands in."""

    cover = serializers.PrimaryKeyRelatedField[User](queryset=User.objects.filter(is_staff=True), label=_("代班的人"))


class DutyView(ApiView):
    """For the staff of the community; others do not learn that there is anything."""

    permission_classes = (IsAuthenticated,)
    queryset = DutyCover.objects.none()
    pagination_class = None

    def community(self, code: str) -> Territory:
        """The community. Raises Http404."""
        found: Territory = get_object_or_404(Territory.objects.defer("boundary"), code=code, level=Level.COMMUNITY)
        if not may_read_board(self.person, found):
            raise Http404
        return found

    def duty(self, pk: int) -> DutyCover:
        """The absence. Raises Http404."""
        found = get_object_or_404(DutyCover.objects.select_related("appointment__territory"), pk=pk)
        self.community(str(found.appointment.territory.code)[:12])
        return found


class DutyBoard(DutyView):
    """Two weeks of a community's grids."""

    serializer_class = DutyRowSerializer

    @extend_schema(operation_id="duty_board", summary=_("值班表"), tags=TAGS, responses=DutyRowSerializer(many=True))
    def get(self, request: Request, code: str) -> Response:
        """Who is there, who stands in, where nobody is."""
        rows = board_of(self.community(code), days_from(timezone.localdate()))
        return Response(DutyRowSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="duty_arrange",
        summary=_("登记请假和代班"),
        tags=TAGS,
        request=LeaveSerializer,
        responses={201: DutySerializer},
    )
    @once
    def post(self, request: Request, code: str) -> Response:
        """Somebody is away."""
        community = self.community(code)
        given = self.read_body(LeaveSerializer)
        if not community.covers(given["appointment"].territory):
            raise Http404
        duty = arrange_leave(actor=self.person, **given)
        return Response(DutySerializer(duty).data, status=201)


class DutyCoverNamed(DutyView):
    """Who stands in."""

    serializer_class = NameCoverSerializer

    @extend_schema(operation_id="duty_cover", summary=_("安排代班的人"), tags=TAGS, responses=DutySerializer)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Names the cover."""
        duty = self.duty(pk)
        return Response(
            DutySerializer(name_cover(actor=self.person, duty=duty, **self.read_body(NameCoverSerializer))).data
        )


class DutyEnd(DutyView):
    """Somebody is back."""

    serializer_class = DutySerializer

    @extend_schema(
        operation_id="duty_end", summary=_("提前结束请假"), tags=TAGS, request=None, responses=DutySerializer
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """From today on."""
        return Response(DutySerializer(end_leave(actor=self.person, duty=self.duty(pk))).data)


urlpatterns = [
    path("territories/<division:code>/duty/", DutyBoard.as_view(), name="api_duty"),
    path("duty/<int:pk>/cover/", DutyCoverNamed.as_view(), name="api_duty_cover"),
    path("duty/<int:pk>/end/", DutyEnd.as_view(), name="api_duty_end"),
]
