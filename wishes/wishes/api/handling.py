"""What is settled around a wish, for programs: handovers, call-backs, other bodies' answers, appeals."""

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.pagination import Key, KeysetPagination
from portal.api.schema import refusing
from portal.errors import NotAllowed
from wishes.wishes import services
from wishes.wishes.api import bodies
from wishes.wishes.api.answers import ContactSerializer, WishDetailSerializer
from wishes.wishes.api.reading import TAGS, WishView
from wishes.wishes.domain import Action, AppealState, CallbackCause, CallOutcome, HandoverKind
from wishes.wishes.forms.steps import outside_bodies
from wishes.wishes.handling.appeals import DECIDING_ROLES, appeals_for
from wishes.wishes.handling.callbacks import CALLING_ROLES, queue_of
from wishes.wishes.handling.handover import owed_by
from wishes.wishes.models import Appeal, Callback, Handover, OutsideBody, Wish
from wishes.wishes.policies import require


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


class CallbackSerializer(serializers.Serializer[Any]):
    """A resident to be called back."""

    id = serializers.IntegerField()
    wish = serializers.IntegerField(source="wish_id")
    number = serializers.CharField(source="wish.number")
    title = serializers.CharField(source="wish.title")
    cause = serializers.ChoiceField(choices=CallbackCause.choices)
    due_at = serializers.DateTimeField()
    tries = serializers.IntegerField(help_text=_("打过几次没有联系上"))


class ByDueTime(KeysetPagination):
    """The most urgent first."""

    keys = (Key("due_at", datetime.fromisoformat), Key("id", int))


class Callbacks(ApiView):
    """Residents the caller can call back."""

    permission_classes = (IsAuthenticated,)
    serializer_class = CallbackSerializer
    pagination_class = ByDueTime
    queryset = Callback.objects.none()

    @extend_schema(
        operation_id="wishes_callbacks",
        summary=_("等回访的居民"),
        description=_("评分低的和没有评价的，先到期的在前；自己经手的不列。"),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        """Most urgent first."""
        if not holds_anywhere(self.person, CALLING_ROLES):
            raise NotAllowed(_("回访由这里的社区工作人员来打。"))
        rows = self.paginate_queryset(queue_of(self.person)) or []
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class CallbackPhone(WishView):
    """The telephone number for a call-back. Every look is written down and shown to the resident."""

    permission_classes = (IsAuthenticated,)
    serializer_class = ContactSerializer
    throttle_scope = "reveal"
    repeats_on_purpose = "Each look is written down, and nothing of it is kept to be given again."

    @extend_schema(
        operation_id="wishes_callback_phone",
        summary=_("回访时查看电话"),
        description=_("每看一次都会记下来，居民看得到。"),
        tags=TAGS,
        request=bodies.NoBody,
        responses=ContactSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Name, phone and address, unmasked, for who calls back."""
        self.read_body(bodies.NoBody)
        contact = services.look_up_phone(actor=self.person, wish=self.visible(pk))
        return Response(self.get_serializer(contact).data)


class RecordCall(WishView):
    """What came of a call."""

    permission_classes = (IsAuthenticated,)
    serializer_class = WishDetailSerializer

    @extend_schema(
        operation_id="wishes_callback_call",
        summary=_("记下回访结果"),
        description=_("还没办好的会替居民重新办理；没联系上的改天再打。"),
        tags=TAGS,
        request=bodies.CallBody,
        responses=WishDetailSerializer,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Write down what the resident said; answers with the wish as it is then."""
        given = self.read_body(bodies.CallBody)
        outcome = CallOutcome(given["outcome"])
        services.record_call(actor=self.person, wish=self.visible(pk), outcome=outcome, note=given["note"])
        return self.detail(pk)


class OutsideBodySerializer(serializers.ModelSerializer[OutsideBody]):
    """A body that matters are referred to."""

    class Meta:
        model = OutsideBody
        fields = ["id", "name", "phone"]
        read_only_fields = fields


class OutsideBodies(WishView):
    """Bodies a wish can be referred to."""

    permission_classes = (IsAuthenticated,)
    serializer_class = OutsideBodySerializer
    pagination_class = None

    @extend_schema(
        operation_id="wishes_outside_bodies",
        summary=_("可以转请哪些单位"),
        tags=TAGS,
        responses=OutsideBodySerializer(many=True),
        extensions=refusing(409),
    )
    def get(self, request: Request, pk: int) -> Response:
        """Registered for the place of the wish or above it."""
        wish = self.visible(pk)
        require(self.person, Action.CLOSE_NOT_OURS, wish)
        return Response(self.get_serializer(outside_bodies(wish), many=True).data)


class ReferralAnswer(WishView):
    """The answer of the body a wish was referred to."""

    permission_classes = (IsAuthenticated,)
    serializer_class = WishDetailSerializer

    @extend_schema(
        operation_id="wishes_referral_answer",
        summary=_("登记外单位的答复"),
        tags=TAGS,
        request=bodies.ReferralAnswerBody,
        responses=WishDetailSerializer,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Write down what the body said, for everybody to read."""
        answer = self.read_body(bodies.ReferralAnswerBody)["answer"]
        services.record_answer(actor=self.person, wish=self.visible(pk), answer=answer)
        return self.detail(pk)


class AppealSerializer(serializers.Serializer[Any]):
    """An appeal against a decision."""

    id = serializers.IntegerField()
    wish = serializers.IntegerField(source="wish_id")
    number = serializers.CharField(source="wish.number")
    title = serializers.CharField(source="wish.title")
    subject = serializers.CharField(source="subject_type", help_text=_("对什么申诉，例如 wishes.wish"))
    subject_id = serializers.IntegerField()
    reason = serializers.CharField()
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=AppealState.choices)
    decision = serializers.CharField()


class ByAge(KeysetPagination):
    """The oldest first."""

    keys = (Key("id", int),)


class Appeals(ApiView):
    """Appeals the caller may decide."""

    permission_classes = (IsAuthenticated,)
    serializer_class = AppealSerializer
    pagination_class = ByAge
    queryset = Appeal.objects.none()

    @extend_schema(operation_id="wishes_appeals", summary=_("等我裁定的申诉"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Oldest first."""
        if not holds_anywhere(self.person, DECIDING_ROLES):
            raise NotAllowed(_("申诉由书记或街道来定，不能由原来处理的人来定。"))
        rows = self.paginate_queryset(appeals_for(self.person)) or []
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class DecideAppeal(ApiView):
    """The verdict on an appeal."""

    permission_classes = (IsAuthenticated,)
    serializer_class = AppealSerializer
    queryset = Appeal.objects.none()

    @extend_schema(
        operation_id="wishes_appeal_decide",
        summary=_("裁定申诉"),
        tags=TAGS,
        request=bodies.DecideAppealBody,
        responses=AppealSerializer,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Uphold or dismiss. Refused with 403 where it is not the caller's to decide, 409 once it is decided."""
        visible = Wish.objects.visible_to(self.person)
        appeal = get_object_or_404(Appeal.objects.select_related("wish").filter(wish__in=visible), pk=pk)
        given = self.read_body(bodies.DecideAppealBody)
        decided = services.decide_appeal(actor=self.person, appeal=appeal, **given)
        return Response(self.get_serializer(decided).data)
