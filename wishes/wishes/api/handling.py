"""What waits for the caller's word, for programs."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.api.base import ApiView
from portal.api.pagination import KeysetPagination
from portal.errors import NotAllowed
from wishes.wishes.api.reading import TAGS
from wishes.wishes.domain import HandoverKind
from wishes.wishes.handling.handover import owed_by
from wishes.wishes.models import Handover


class HandoverSerializer(serializers.Serializer[Any]):
    """Somebody else is to answer for a wish."""

    id = serializers.IntegerField()
    wish = serializers.IntegerField(source="wish_id")
    number = serializers.CharField(source="wish.number")
    title = serializers.CharField(source="wish.title")
    due_at = serializers.DateTimeField(source="wish.due_at", allow_null=True, help_text=_("到期；暂停时为 null"))
    kind = serializers.ChoiceField(choices=HandoverKind.choices)
    opened_by = serializers.CharField(source="opened_by.public_name")
    opened_at = serializers.DateTimeField()
    reason = serializers.CharField()
    responsible = serializers.CharField(source="holder.public_name", default="", help_text=_("有人接下之前谁负责"))
    proposed = serializers.CharField(source="proposed.public_name", default="", help_text=_("想请谁接"))
    asks_me = serializers.SerializerMethodField(help_text=_("true 表示请我接；false 表示要我裁定"))

    def get_asks_me(self, handover: Handover) -> bool:
        return bool(handover.proposed_id == self.context["request"].user.pk)


class Handovers(ApiView):
    """Offers and objections the caller owes an answer."""

    permission_classes = (IsAuthenticated,)
    serializer_class = HandoverSerializer
    pagination_class = KeysetPagination
    queryset = Handover.objects.none()

    @extend_schema(
        operation_id="wishes_handovers",
        summary=_("等我定的移交"),
        description=_("请我接办的心愿，和要我裁定的派单异议，新的在前。"),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        if not holds_anywhere(self.person, HANDLER_ROLES):
            raise NotAllowed(_("只有社区和网格的工作人员有工单。"))
        rows = self.paginate_queryset(owed_by(self.person)) or []
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)
