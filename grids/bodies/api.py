"""The bodies of a place, for programs."""

from typing import Any

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

import grids.territory.converters  # noqa: F401 (registers <division:…>)
from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.bodies.queries import acting_for, bodies_at
from grids.territory.api import TAGS
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.api.base import ApiView


class BodySerializer(serializers.Serializer[Any]):
    """A body as everybody may know it."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.ChoiceField(choices=BodyKind.choices)
    name = serializers.CharField()
    description = serializers.CharField()
    territory_code = serializers.CharField(source="territory.code")
    mine = serializers.SerializerMethodField(help_text=_("您可以以它的名义认领"))

    def get_mine(self, body: Body) -> bool:
        return body.pk in {one.pk for one in acting_for(self.context["request"].user)}


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
        return Response(self.get_serializer(bodies_at(place), many=True).data)


urlpatterns = [path("territories/<division:code>/bodies/", Bodies.as_view(), name="api_bodies")]
