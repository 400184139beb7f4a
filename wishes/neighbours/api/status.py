"""How far a wish is, by number and the end of the phone number, for programs without an account."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ApiView
from wishes.neighbours.services import read_status
from wishes.wishes.api.reading import TAGS
from wishes.wishes.models import Wish


class StatusBody(serializers.Serializer[Any]):
    """What has to be known."""

    number = serializers.RegexField(r"^[0-9]{4}-[0-9]{4}-[0-9]{4,9}$", help_text=_("心愿编号"))
    tail = serializers.RegexField(r"^[0-9]{4}$", help_text=_("登记时留的电话的后四位"))


class StatusStepSerializer(serializers.Serializer[Any]):
    """One public step."""

    label = serializers.CharField(help_text=_("走了哪一步"))  # type: ignore[assignment]
    at = serializers.DateTimeField(help_text=_("什么时候"))


class StatusSerializer(serializers.Serializer[Any]):
    """Nothing of the person, nothing they wrote."""

    number = serializers.CharField(help_text=_("心愿编号"))
    title = serializers.CharField(allow_blank=True, help_text=_("只有大家都能看的才给"))
    state = serializers.CharField(help_text=_("状态"))
    end = serializers.CharField(allow_blank=True, help_text=_("结果"))
    words = serializers.CharField(help_text=_("状态的说法"))
    submitted_at = serializers.DateTimeField(allow_null=True, help_text=_("提交时间"))
    due_at = serializers.DateTimeField(allow_null=True, help_text=_("最晚什么时候办好"))
    closed_at = serializers.DateTimeField(allow_null=True, help_text=_("办结时间"))
    steps = StatusStepSerializer(many=True, help_text=_("走过的每一步"))
    place = serializers.CharField(allow_blank=True, help_text=_("网格或社区"))
    phone = serializers.CharField(allow_blank=True, help_text=_("网格监督电话"))


class ReadStatus(ApiView):
    """The status by number and ending."""

    permission_classes = (AllowAny,)
    serializer_class = StatusSerializer
    queryset = Wish.objects.none()
    repeats_on_purpose = "It changes nothing; it is a POST so that the phone number's ending stands in no address."

    @extend_schema(
        operation_id="wishes_status",
        summary=_("按编号查进度"),
        description=_("不用登录。编号不存在和后四位不对，回答一样；错得太多要等一个小时。"),
        tags=TAGS,
        request=StatusBody,
        responses=StatusSerializer,
    )
    def post(self, request: Request) -> Response:
        """404 for an unknown number and for a wrong ending alike, 429 after too many."""
        found = read_status(**self.read_body(StatusBody), address=request.META.get("REMOTE_ADDR", ""))
        return Response(StatusSerializer(found).data)
