"""The inbox for programs: read one's own notices, mark them as read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.pagination import Key, KeysetPagination
from portal.notifications import services
from portal.notifications.models import Notice

TAGS = ["notices"]


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """One notice in the caller's language."""

    title = serializers.CharField(read_only=True, label=_("标题"))
    body = serializers.CharField(read_only=True, label=_("内容"))

    class Meta:
        model = Notice
        fields = ["id", "kind", "title", "body", "url", "created_at", "read_at"]
        read_only_fields = fields


class NoticeQuery(serializers.Serializer[Any]):
    """What may be asked of the list."""

    unread = serializers.BooleanField(required=False, default=False, label=_("只要没看过的"))


class UpToSerializer(serializers.Serializer[Any]):
    """The newest notice that the reader has seen."""

    up_to = serializers.IntegerField(min_value=1, max_value=2**63 - 1, label=_("看到哪一条为止（消息编号）"))


class UnreadSerializer(serializers.Serializer[Any]):
    """How many are unread."""

    unread = serializers.IntegerField(label=_("没看过的条数，最多数到 100"))


class NewestFirst(KeysetPagination):
    """By when it happened, then by number."""

    keys = (Key("created_at", datetime.fromisoformat, descending=True), Key("id", int, descending=True))


class NoticeView(ApiView):
    """Base: a person's own notices, nobody else's."""

    permission_classes = (IsAuthenticated,)
    queryset = Notice.objects.none()
    serializer_class: type[serializers.BaseSerializer[Any]] = NoticeSerializer


class NoticeList(NoticeView):
    """Newest first."""

    pagination_class = NewestFirst
    query_serializer_class = NoticeQuery

    @extend_schema(operation_id="notices_list", summary=_("我的消息"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Newest first, a page at a time."""
        notices = Notice.objects.of(self.person.pk)
        rows = self.paginate_queryset(notices.unread() if self.query["unread"] else notices)
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class NoticeRead(NoticeView):
    """One of them."""

    @extend_schema(operation_id="notices_read", summary=_("这条看过了"), tags=TAGS, request=None)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Mark one notice as read; again changes nothing."""
        notice = get_object_or_404(Notice, pk=pk, recipient=self.person)
        services.mark_read(actor=self.person, notice=notice)
        notice.refresh_from_db(fields=["read_at"])
        return Response(self.get_serializer(notice).data)


class NoticeUnread(NoticeView):
    """The number beside 消息."""

    serializer_class = UnreadSerializer

    @extend_schema(operation_id="notices_unread", summary=_("还有几条没看"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """How many are unread."""
        return Response({"unread": services.unread_count(self.person)})

    @extend_schema(
        operation_id="notices_read_all",
        summary=_("到这一条为止都看过了"),
        tags=TAGS,
        request=UpToSerializer,
    )
    @once
    def post(self, request: Request) -> Response:
        """Mark everything up to one notice as read; what came later stays unread."""
        asked = self.read_body(UpToSerializer)
        notice = get_object_or_404(Notice, pk=asked["up_to"], recipient=self.person)
        services.mark_all_read(actor=self.person, up_to=notice)
        return Response({"unread": services.unread_count(self.person)})


urlpatterns = [
    path("", NoticeList.as_view(), name="api_notices"),
    path("unread/", NoticeUnread.as_view(), name="api_notices_unread"),
    path("<int:pk>/read/", NoticeRead.as_view(), name="api_notice_read"),
]
