"""Members' records, for programs: one's own, and those that the community's staff confirm."""

from typing import Any

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.cells.models import PartyOrganisation
from grids.members import services
from grids.members.domain import MemberState, Shown
from grids.members.models import PartyMember, ServicePost
from grids.members.policies import may_reveal, member_paths
from grids.roles.api import TAGS
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.pagination import KeysetPagination
from portal.errors import NotAllowed
from portal.masking import mask_name


class MyMemberSerializer(serializers.ModelSerializer[PartyMember]):
    """All that is kept of the caller."""

    near = serializers.CharField(source="near.code", default=None, allow_null=True, label=_("网格或楼栋编码"))
    post = serializers.CharField(source="post.name", default=None, allow_null=True)

    class Meta:
        model = PartyMember
        fields = [
            *("id", "organisation", "unit_branch", "is_mobile", "station", "post", "near", "is_backbone"),
            *("shown_to", "state", "reason", "correction", "reported_at", "decided_at"),
        ]
        read_only_fields = fields


class CorrectBody(serializers.Serializer[Any]):
    """What the caller says of themselves."""

    organisation = serializers.PrimaryKeyRelatedField(queryset=PartyOrganisation.objects.select_related("territory"))
    unit_branch = serializers.CharField(max_length=60)
    is_mobile = serializers.BooleanField(required=False)
    station = serializers.CharField(max_length=60, required=False, allow_blank=True)
    post = serializers.SlugRelatedField[ServicePost](
        slug_field="name", queryset=ServicePost.objects.filter(is_active=True), required=False, allow_null=True
    )
    near = serializers.SlugRelatedField[Territory](
        slug_field="code",
        queryset=Territory.objects.at(Level.GRID, Level.BUILDING).defer("boundary"),
        required=False,
        allow_null=True,
        label=_("网格或楼栋编码"),
    )
    shown_to = serializers.ChoiceField(choices=Shown.choices, required=False)


class PartyReportBody(CorrectBody):
    """The reporting slip."""

    agreed = serializers.BooleanField(label=_("单独同意使用我的党员信息"))


class WordsBody(serializers.Serializer[Any]):
    """A sentence."""

    words = serializers.CharField(max_length=200)


class PartyLookBody(serializers.Serializer[Any]):
    """Why somebody looks."""

    reason = serializers.CharField(max_length=200)


class PartyDecideBody(PartyLookBody):
    """The organisation's answer."""

    confirm = serializers.BooleanField()
    is_backbone = serializers.BooleanField(default=False)


class MemberSerializer(serializers.Serializer[Any]):
    """A member as staff see one at first: by family name."""

    id = serializers.IntegerField(source="pk")
    name = serializers.SerializerMethodField(label=_("隐去的姓名"))
    organisation = serializers.IntegerField(source="organisation_id")
    post = serializers.CharField(source="post.name", default=None, allow_null=True)
    near = serializers.CharField(source="near.code", default=None, allow_null=True)
    is_backbone = serializers.BooleanField()
    state = serializers.ChoiceField(choices=MemberState.choices)
    correction = serializers.CharField()

    def get_name(self, member: PartyMember) -> str:
        return masked(member.user)


class RevealedSerializer(serializers.Serializer[Any]):
    """What only a look with a reason shows."""

    name = serializers.CharField()
    phone = serializers.CharField()
    unit_branch = serializers.CharField()


def masked(user: User) -> str:
    """The family name only."""
    return mask_name(user.legal_name or user.display_name)


class MyMember(ApiView):
    """The caller's own record, nobody else's."""

    permission_classes = (IsAuthenticated,)
    queryset = PartyMember.objects.none()
    serializer_class = MyMemberSerializer

    @extend_schema(operation_id="party_mine", summary=_("我的报到"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """The record; 404 for who has not reported."""
        found = PartyMember.objects.select_related("post", "near").filter(user=self.person).first()
        if found is None:
            raise Http404
        return Response(self.get_serializer(found).data)

    @extend_schema(
        operation_id="party_report",
        summary=_("党员到社区报到"),
        tags=TAGS,
        request=PartyReportBody,
        responses={201: MyMemberSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """The reporting slip; it waits for the organisation's answer."""
        found = services.report(actor=self.person, **self.read_body(PartyReportBody))
        return Response(self.get_serializer(found).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="party_correct", summary=_("改我的报到资料"), tags=TAGS, request=CorrectBody)
    def patch(self, request: Request) -> Response:
        """Only what is sent is changed."""
        body = CorrectBody(data=request.data, partial=True, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return Response(self.get_serializer(services.correct_own(actor=self.person, **body.validated_data)).data)


class LeaveParty(ApiView):
    """Taking the slip back."""

    permission_classes = (IsAuthenticated,)
    queryset = PartyMember.objects.none()
    serializer_class = MyMemberSerializer

    @extend_schema(operation_id="party_leave", summary=_("撤回报到"), tags=TAGS, request=None, responses={204: None})
    @once
    def post(self, request: Request) -> Response:
        """The consent is taken back and the record deleted."""
        services.leave(actor=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MyCorrection(ApiView):
    """What only the organisation can put right."""

    permission_classes = (IsAuthenticated,)
    queryset = PartyMember.objects.none()
    serializer_class = MyMemberSerializer

    @extend_schema(operation_id="party_ask_correction", summary=_("请党组织更正"), tags=TAGS, request=WordsBody)
    @once
    def post(self, request: Request) -> Response:
        """The community's staff are told."""
        found = services.ask_correction(actor=self.person, words=self.read_body(WordsBody)["words"])
        return Response(self.get_serializer(found).data)


class StaffView(ApiView):
    """Views of the community's staff. Others learn neither of the members nor how many they are."""

    permission_classes = (IsAuthenticated,)
    queryset = PartyMember.objects.none()
    serializer_class = MemberSerializer

    def rows(self) -> Any:
        """Members of the caller's communities. Raises NotAllowed for who looks after none."""
        paths = member_paths(self.request.user)
        if not paths:
            raise NotAllowed(_("这里是社区工作人员确认党员报到的地方。"))
        rows = PartyMember.objects.under(paths).select_related("user", "organisation__territory", "post", "near")
        return rows.defer("near__boundary", "organisation__territory__boundary")

    def found(self, pk: int) -> PartyMember:
        """One of them. Raises Http404."""
        member: PartyMember | None = self.rows().filter(pk=pk).first()
        if member is None:
            raise Http404
        return member


class Members(StaffView):
    """Members of the caller's communities."""

    pagination_class = KeysetPagination

    @extend_schema(operation_id="party_members_list", summary=_("党员报到"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """The newest first, by family name."""
        rows = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class Decide(StaffView):
    """The organisation's answer."""

    @extend_schema(operation_id="party_members_decide", summary=_("答复报到"), tags=TAGS, request=PartyDecideBody)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Confirmed or not, with a reason either way."""
        member = self.found(pk)
        decided = services.decide(actor=self.person, member=member, **self.read_body(PartyDecideBody))
        return Response(self.get_serializer(decided).data)


class Reveal(StaffView):
    """A look at one member, written down."""

    repeats_on_purpose = "Each look is written down, and nothing of it is kept to be given again."

    @extend_schema(
        operation_id="party_members_reveal",
        summary=_("查看姓名、手机号和党支部"),
        tags=TAGS,
        request=PartyLookBody,
        responses=RevealedSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Name, phone and branch, once."""
        member = PartyMember.objects.select_related("user", "organisation__territory").filter(pk=pk).first()
        if member is None or not may_reveal(self.person, member):
            member = self.found(pk)
        services.reveal(actor=self.person, member=member, reason=self.read_body(PartyLookBody)["reason"])
        user = member.user
        shown = {"name": user.legal_name or user.display_name, "phone": user.phone or ""}
        return Response({**shown, "unit_branch": member.unit_branch})


urlpatterns = [
    path("party/mine/", MyMember.as_view(), name="api_party_mine"),
    path("party/mine/leave/", LeaveParty.as_view(), name="api_party_leave"),
    path("party/mine/correction/", MyCorrection.as_view(), name="api_party_mine_correction"),
    path("party/members/", Members.as_view(), name="api_party_members"),
    path("party/members/<int:pk>/decide/", Decide.as_view(), name="api_party_member_decide"),
    path("party/members/<int:pk>/reveal/", Reveal.as_view(), name="api_party_member_reveal"),
]
