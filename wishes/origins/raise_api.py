"""An incident made of a wish, for programs."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.incidents.models import Incident, IncidentCategory
from portal.api.fields import CodeField
from portal.api.idempotency import once
from wishes.origins.raising import raise_incident, require_raise
from wishes.wishes.api.reading import TAGS, WishView


@extend_schema_field(OpenApiTypes.STR)
class IncidentCategoryField(CodeField):
    """An incident category in use."""

    def get_queryset(self) -> QuerySet[IncidentCategory]:
        return IncidentCategory.objects.filter(is_active=True)


class RaiseBody(serializers.Serializer[Any]):
    """What the incident says."""

    category = IncidentCategoryField(help_text=_("事件类别代码"))
    spot = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True, help_text=_("具体位置，公开")
    )
    words = serializers.CharField(
        max_length=500, required=False, default="", allow_blank=True, help_text=_("情况说明；不写就用心愿里的话")
    )
    photos = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=9, help_text=_("要用的心愿照片")
    )
    join = serializers.IntegerField(
        required=False, allow_null=True, default=None, help_text=_("就是这一件：同一处同类的在办事件的 id")
    )


class RaisedSerializer(serializers.Serializer[Any]):
    """The incident it became."""

    id = serializers.IntegerField(source="pk", help_text=_("事件的内部编号"))
    number = serializers.CharField(help_text=_("事件编号"))
    state = serializers.CharField(help_text=_("事件状态"))


class RaiseIncident(WishView):
    """A wish that is handled as an incident as well."""

    permission_classes = (IsAuthenticated,)
    serializer_class = RaisedSerializer

    @extend_schema(
        operation_id="wishes_to_incident",
        summary=_("立为事件"),
        description=_("心愿的编号和时限不变；事件办好并核查后，由负责人报告心愿办好。"),
        tags=TAGS,
        request=RaiseBody,
        responses={201: RaisedSerializer},
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Filed and dispatched at once, or joined to an open one like it."""
        wish = self.visible(pk)
        require_raise(self.person, wish)
        data = self.read_body(RaiseBody)
        joined = data.pop("join")
        join = Incident(pk=joined) if joined is not None else None
        incident = raise_incident(actor=self.person, wish=wish, join=join, **data)
        return Response(RaisedSerializer(incident).data, status=status.HTTP_201_CREATED)
