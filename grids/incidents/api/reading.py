"""Lists and details of incidents for programs."""

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from grids.bodies.domain import BodyKind
from grids.bodies.queries import acting_for
from grids.incidents.api.answers import (
    IncidentCategorySerializer,
    IncidentDetailSerializer,
    IncidentSerializer,
    IncidentWorkSerializer,
    SummonsSerializer,
    detail_of,
)
from grids.incidents.api.bodies import IncidentPlaceQuery, IncidentWorkQuery
from grids.incidents.domain import SummonsState
from grids.incidents.models import Incident, IncidentCategory, Summons
from grids.incidents.querysets import IncidentQuerySet
from grids.incidents.views.access import with_parts
from grids.incidents.views.lists import NEVER
from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.api.base import ApiView
from portal.api.pagination import Key, KeysetPagination
from portal.api.schema import refusing
from portal.errors import NotAllowed

TAGS = ["incidents"]


class ByDueTime(KeysetPagination):
    """What is due first comes first; paused ones last."""

    keys = (Key("rank", datetime.fromisoformat), Key("id", int))


class Categories(ApiView):
    """What can be reported."""

    permission_classes = (AllowAny,)
    queryset = IncidentCategory.objects.none()
    serializer_class = IncidentCategorySerializer
    pagination_class = None

    @extend_schema(
        operation_id="incident_categories_list",
        summary=_("可以上报什么"),
        tags=TAGS,
        responses=IncidentCategorySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Categories in use, components before events."""
        found = IncidentCategory.objects.filter(is_active=True)
        return Response(self.get_serializer(found, many=True).data)


class IncidentView(ApiView):
    """Base of all views of incidents: what the caller may not see does not exist."""

    queryset = Incident.objects.none()
    serializer_class: type[BaseSerializer[Any]] = IncidentSerializer

    def page_of(self, found: IncidentQuerySet) -> Response:
        """One page of a list."""
        rows = self.paginate_queryset(found.with_surroundings())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def visible(self, pk: int) -> Incident:
        """The incident, for somebody who may see it. Raises Http404."""
        return get_object_or_404(Incident.objects.visible_to(self.request.user).with_surroundings(), pk=pk)

    def detail(self, pk: int) -> Response:
        """The incident as it is now."""
        incident = with_parts(Incident.objects.all()).get(pk=pk)
        found = detail_of(incident, self.request.user, now=timezone.now())
        return Response(IncidentDetailSerializer(found, context=self.get_serializer_context()).data)


class MyReports(IncidentView):
    """What the caller reported."""

    permission_classes = (IsAuthenticated,)
    pagination_class = KeysetPagination

    @extend_schema(operation_id="incidents_mine", summary=_("我上报的事件"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """The newest first."""
        return self.page_of(Incident.objects.reported_by(self.person))


class Summonses(IncidentView):
    """What the caller's departments are called to."""

    permission_classes = (IsAuthenticated,)
    pagination_class = KeysetPagination
    serializer_class = SummonsSerializer

    @extend_schema(operation_id="incidents_summonses", summary=_("吹哨单"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """The newest first; empty for whoever acts for no department."""
        bodies = [body for body in acting_for(self.person) if body.kind == BodyKind.DEPARTMENT]
        called = Summons.objects.filter(body__in=bodies).exclude(state=SummonsState.CALLED_OFF)
        rows = self.paginate_queryset(called.select_related("body"))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class WorkList(IncidentView):
    """The work of a cadre."""

    permission_classes = (IsAuthenticated,)
    pagination_class = ByDueTime
    serializer_class = IncidentWorkSerializer
    query_serializer_class = IncidentWorkQuery

    @extend_schema(operation_id="incidents_work", summary=_("要办的事件"), tags=TAGS, extensions=refusing(403))
    def get(self, request: Request) -> Response:
        """Incidents of the places the caller answers for with which somebody has to do something."""
        if not holds_anywhere(self.person, HANDLER_ROLES):
            raise NotAllowed(_t("这里是工作人员的工作台。您现在没有负责的网格或社区。"))
        found = Incident.objects.handled_by(self.person).work()
        if "place" in self.query:
            found = found.in_territory(self.query["place"])
        if "state" in self.query:
            found = found.filter(state=self.query["state"])
        if "group" in self.query:
            found = found.filter(category__group=self.query["group"])
        return self.page_of(found.annotate(rank=Coalesce("due_at", Value(NEVER), output_field=DateTimeField())))


class IncidentDetail(IncidentView):
    """One incident."""

    permission_classes = (AllowAny,)
    serializer_class = IncidentDetailSerializer

    @extend_schema(operation_id="incidents_read", summary=_("一件事件"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """As much of it as the caller may know."""
        self.visible(pk)
        return self.detail(pk)


class PublicList(IncidentView):
    """What everybody may know of a place."""

    permission_classes = (AllowAny,)
    pagination_class = KeysetPagination
    query_serializer_class = IncidentPlaceQuery

    @extend_schema(operation_id="incidents_list", summary=_("一个地方的事件"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Incidents of a place, the newest first, never with who reported them."""
        found = Incident.objects.public().in_territory(self.query["place"])
        if "state" in self.query:
            found = found.filter(state=self.query["state"])
        return self.page_of(found)
