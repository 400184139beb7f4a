"""The bodies of a place, for programs."""

from typing import Any

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.bodies.queries import acting_for, bodies_at, staff_of_units
from grids.territory.api import TAGS
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.api.base import ApiView


class UnitStaffSerializer(serializers.Serializer[Any]):
    """An instructor or liaison officer of a unit, with the office phone."""

    role = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField()


class BodySerializer(serializers.Serializer[Any]):
    """A body as everybody may know it."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(choices=BodyKind.choices)
    name = serializers.CharField()
    description = serializers.CharField()
    territory_code = serializers.CharField(source="territory.code")
    mine = serializers.SerializerMethodField(help_text=_("您可以以它的名义认领"))
    staff = serializers.SerializerMethodField(help_text=_("它的党建指导员和党建联络员"))

    def get_mine(self, body: Body) -> bool:
        return body.pk in {one.pk for one in acting_for(self.context["request"].user)}

    @extend_schema_field(UnitStaffSerializer(many=True))
    def get_staff(self, body: Body) -> Any:
        return UnitStaffSerializer(self.context["staff"].get(body.pk, []), many=True).data


class Bodies(ApiView):
    """The bodies of a place."""

    permission_classes = (AllowAny,)
    queryset = Body.objects.none()
    serializer_class = BodySerializer
    pagination_class = None

    @extend_schema(
        operation_id="bodies_list",
        summary=_("这里的组织和单位"),
        tags=TAGS,
        responses=BodySerializer(many=True),
    )
    def get(self, request: Request, code: str) -> Response:
        """Those of a street, community or grid and of the wider places around it."""
        place: Territory | None = Territory.objects.filter(code=code).defer("boundary").first()
        if place is None or place.level not in (Level.STREET, Level.COMMUNITY, Level.GRID):
            raise Http404
        bodies = bodies_at(place)
        context = {**self.get_serializer_context(), "staff": staff_of_units(body.pk for body in bodies)}
        return Response(BodySerializer(bodies, many=True, context=context).data)


urlpatterns = [path("territories/<division:code>/bodies/", Bodies.as_view(), name="api_bodies")]
