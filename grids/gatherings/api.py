"""Party life for programs: what one is invited to, what officers arrange, what was held."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.gatherings import services
from grids.gatherings.api_bodies import (
    AttendanceSerializer,
    CheckInBody,
    CodeSerializer,
    CompletionExportBody,
    CompletionQuery,
    CompletionSerializer,
    GatheringChangeBody,
    GatheringPlanBody,
    GatheringReasonBody,
    GatheringSerializer,
    LeaveAnswerBody,
    MarkBody,
    MinutesBody,
    MinutesSerializer,
    RollSerializer,
)
from grids.gatherings.audience import invited
from grids.gatherings.completion import Completion, scope_for
from grids.gatherings.exporting import ask_export
from grids.gatherings.models import Attendance, Gathering, Minutes
from grids.gatherings.policies import may_organise, may_read_minutes, part_of
from grids.gatherings.services.planning import require_officer
from grids.gatherings.views.access import gathering_or_404, organisation_or_404
from grids.roles.api import TAGS
from portal.accounts.models import User
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.pagination import KeysetPagination
from portal.jobs.api import JobSerializer
from portal.masking import mask_name


class GatheringView(ApiView):
    """Base: for who is invited, arranges or looks on; to others there is nothing."""

    permission_classes = (IsAuthenticated,)
    queryset = Gathering.objects.none()
    serializer_class: Any = GatheringSerializer

    def told(self, gathering: Gathering) -> Response:
        """The gathering as the caller sees it."""
        return Response(GatheringSerializer(gathering, context=self.seen_by_caller([gathering])).data)

    def seen_by_caller(self, gatherings: list[Gathering], *, exact: bool | None = None) -> dict[str, Any]:
        """What the serializer has to know of the caller."""
        rows = Attendance.objects.filter(user=self.person, gathering__in=[one.pk for one in gatherings])
        if exact is None:
            exact = all(may_organise(self.person, one.organisation) for one in gatherings)
        return {
            **self.get_serializer_context(),
            "mine": dict(rows.values_list("gathering_id", "standing")),
            "exact": exact,
        }

    def found(self, pk: int) -> Gathering:
        """The gathering. Raises Http404."""
        return gathering_or_404(self.person, pk)


class MyGatherings(GatheringView):
    """What the caller is invited to."""

    pagination_class = KeysetPagination

    @extend_schema(operation_id="gatherings_list", summary=_("请我参加的组织生活"), tags=TAGS)
    def get(self, request: Request) -> Response:
        """The newest plans first."""
        part = part_of(self.person)
        assert part is not None
        rows = self.paginate_queryset(Gathering.objects.filter(part.invitations()))
        assert rows is not None
        context = self.seen_by_caller(list(rows), exact=False)
        return self.get_paginated_response(GatheringSerializer(rows, many=True, context=context).data)


class GatheringsOf(GatheringView):
    """One organisation's gatherings."""

    pagination_class = KeysetPagination

    @extend_schema(operation_id="gatherings_of_organisation", summary=_("一个党组织的组织生活"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """For its members, its officers and those above it."""
        organisation = organisation_or_404(self.person, pk)
        rows = self.paginate_queryset(organisation.gatherings.all())
        assert rows is not None
        context = self.seen_by_caller(list(rows), exact=may_organise(self.person, organisation))
        return self.get_paginated_response(GatheringSerializer(rows, many=True, context=context).data)

    @extend_schema(
        operation_id="gatherings_plan",
        summary=_("安排组织生活"),
        tags=TAGS,
        request=GatheringPlanBody,
        responses={201: GatheringSerializer},
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """By an officer; whom it is for is told."""
        organisation = organisation_or_404(self.person, pk)
        require_officer(self.person, organisation)
        planned = services.plan_gathering(
            actor=self.person, organisation=organisation, **self.read_body(GatheringPlanBody)
        )
        answer = self.told(planned)
        answer.status_code = status.HTTP_201_CREATED
        return answer


class GatheringDetail(GatheringView):
    """One gathering."""

    @extend_schema(operation_id="gatherings_read", summary=_("一次组织生活"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """The plan, how far it is, where the caller stands."""
        return self.told(self.found(pk))

    @extend_schema(
        operation_id="gatherings_change", summary=_("改组织生活的安排"), tags=TAGS, request=GatheringChangeBody
    )
    def patch(self, request: Request, pk: int) -> Response:
        """Only what is sent is changed."""
        found = self.found(pk)
        require_officer(self.person, found.organisation)
        body = GatheringChangeBody(data=request.data, partial=True, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        return self.told(services.change_gathering(actor=self.person, gathering=found, **body.validated_data))


class Cancel(GatheringView):
    """Calling it off."""

    @extend_schema(operation_id="gatherings_cancel", summary=_("取消组织生活"), tags=TAGS, request=GatheringReasonBody)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """With a reason that everybody who was invited reads."""
        found = self.found(pk)
        require_officer(self.person, found.organisation)
        reason = self.read_body(GatheringReasonBody)["reason"]
        return self.told(services.cancel_gathering(actor=self.person, gathering=found, reason=reason))


class Open(GatheringView):
    """Check-in begins."""

    @extend_schema(operation_id="gatherings_open", summary=_("开始签到"), tags=TAGS, request=None)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Two hours before the beginning at the earliest."""
        return self.told(services.open_check_in(actor=self.person, gathering=self.found(pk)))


class Close(GatheringView):
    """Check-in ends."""

    @extend_schema(operation_id="gatherings_close", summary=_("结束签到"), tags=TAGS, request=None)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """The numbers are counted."""
        return self.told(services.close_check_in(actor=self.person, gathering=self.found(pk)))


class Code(GatheringView):
    """The code on the screen."""

    serializer_class = CodeSerializer

    @extend_schema(operation_id="gatherings_code", summary=_("现在的签到码"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """For officers, to be shown in the room."""
        shown = services.code_for(actor=self.person, gathering=self.found(pk))
        return Response(CodeSerializer(shown).data)


class CheckIn(GatheringView):
    """The caller is there."""

    repeats_on_purpose = "Checking in twice is checking in once, and each wrong code has to be counted."
    serializer_class = AttendanceSerializer

    @extend_schema(operation_id="gatherings_check_in", summary=_("签到"), tags=TAGS, request=CheckInBody)
    def post(self, request: Request, pk: int) -> Response:
        """By the six digits on the screen."""
        found, code = self.found(pk), self.read_body(CheckInBody)["code"]
        return Response(AttendanceSerializer(services.check_in(actor=self.person, gathering=found, code=code)).data)


class AskLeave(GatheringView):
    """The caller cannot come."""

    serializer_class = AttendanceSerializer

    @extend_schema(operation_id="gatherings_leave", summary=_("请假"), tags=TAGS, request=GatheringReasonBody)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Officers answer; unanswered it counts as granted."""
        found, reason = self.found(pk), self.read_body(GatheringReasonBody)["reason"]
        return Response(
            AttendanceSerializer(services.ask_leave(actor=self.person, gathering=found, reason=reason)).data
        )


class AnswerLeave(GatheringView):
    """The answer to a leave."""

    serializer_class = AttendanceSerializer

    @extend_schema(operation_id="gatherings_answer_leave", summary=_("答复请假"), tags=TAGS, request=LeaveAnswerBody)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Granted, or please come."""
        found = self.found(pk)
        require_officer(self.person, found.organisation)
        body = self.read_body(LeaveAnswerBody)
        rows = found.attendances.select_related("gathering__organisation__territory")
        row = get_object_or_404(rows, user=body["user"])
        return Response(
            AttendanceSerializer(services.answer_leave(actor=self.person, attendance=row, grant=body["grant"])).data
        )


class Roll(GatheringView):
    """Who is invited and who is there."""

    pagination_class = KeysetPagination
    serializer_class = RollSerializer

    @extend_schema(operation_id="gatherings_roll", summary=_("点名册"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """By family name, for officers."""
        found = self.found(pk)
        require_officer(self.person, found.organisation)
        people: list[User] = list(self.paginate_queryset(invited(found)) or ())
        rows = {row.user_id: row for row in found.attendances.filter(user__in=people)}
        lines = []
        for one in people:
            row = rows.get(one.pk)
            line = {"user": one.pk, "name": mask_name(one.legal_name or one.display_name)}
            known = {"standing": row.standing, "how": row.how, "reason": row.reason} if row else {}
            lines.append({**line, "standing": None, "how": None, "reason": "", **known})
        return self.get_paginated_response(RollSerializer(lines, many=True).data)

    @extend_schema(operation_id="gatherings_mark", summary=_("登记到没到"), tags=TAGS, request=MarkBody)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """By hand; once check-in is closed with a reason."""
        found = self.found(pk)
        require_officer(self.person, found.organisation)
        body = self.read_body(MarkBody)
        target = get_object_or_404(User, pk=body.pop("user"))
        row = services.mark(actor=self.person, gathering=found, user=target, **body)
        return Response(AttendanceSerializer(row).data)


class MinutesView(GatheringView):
    """The minutes."""

    serializer_class = MinutesSerializer

    def text_of(self, found: Gathering) -> Minutes:
        """The minutes. Raises Http404 for who may not read them and where there are none."""
        kept = Minutes.objects.filter(gathering=found).first()
        if kept is None or not may_read_minutes(self.person, found):
            raise Http404
        return kept

    @extend_schema(operation_id="gatherings_minutes", summary=_("会议记录"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """Signed for members and those above; a draft for officers."""
        return Response(MinutesSerializer(self.text_of(self.found(pk))).data)

    @extend_schema(operation_id="gatherings_minutes_save", summary=_("存会议记录"), tags=TAGS, request=MinutesBody)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """The whole draft."""
        found = self.found(pk)
        require_officer(self.person, found.organisation)
        body = {"resolutions": [], **self.read_body(MinutesBody)}
        return Response(MinutesSerializer(services.save_minutes(actor=self.person, gathering=found, **body)).data)


class SignMinutes(GatheringView):
    """Signing off."""

    serializer_class = MinutesSerializer

    @extend_schema(operation_id="gatherings_minutes_sign", summary=_("签发会议记录"), tags=TAGS, request=None)
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Members and those above read them from now on."""
        return Response(MinutesSerializer(services.sign_minutes(actor=self.person, gathering=self.found(pk))).data)


class ReopenMinutes(GatheringView):
    """Changing what was signed."""

    serializer_class = MinutesSerializer

    @extend_schema(
        operation_id="gatherings_minutes_reopen",
        summary=_("重新打开会议记录"),
        tags=TAGS,
        request=GatheringReasonBody,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """With a reason; nobody but officers reads them meanwhile."""
        found = self.found(pk)
        require_officer(self.person, found.organisation)
        reason = self.read_body(GatheringReasonBody)["reason"]
        return Response(
            MinutesSerializer(services.reopen_minutes(actor=self.person, gathering=found, reason=reason)).data
        )


class CompletionView(GatheringView):
    """What was held of what is required."""

    query_serializer_class = CompletionQuery
    serializer_class = CompletionSerializer

    @extend_schema(
        operation_id="gatherings_completion",
        summary=_("组织生活完成情况"),
        tags=TAGS,
        parameters=[CompletionQuery],
    )
    def get(self, request: Request) -> Response:
        """Of a place, or of what the caller leads."""
        scope = scope_for(self.person, self.query["place"])
        return Response(CompletionSerializer(Completion(self.person, scope, timezone.localdate())).data)


class CompletionExport(GatheringView):
    """The same as a file."""

    serializer_class = JobSerializer

    @extend_schema(
        operation_id="gatherings_export",
        summary=_("导出组织生活完成情况"),
        tags=TAGS,
        request=CompletionExportBody,
        responses={202: JobSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Made in the background."""
        body = self.read_body(CompletionExportBody)
        job = ask_export(actor=self.person, code=body["place"], file_format=body["file_format"])
        return Response(JobSerializer(job, context=self.get_serializer_context()).data, status=status.HTTP_202_ACCEPTED)


urlpatterns = [
    path("party/gatherings/", MyGatherings.as_view(), name="api_gatherings"),
    path("party/gatherings/completion/", CompletionView.as_view(), name="api_gatherings_completion"),
    path("party/gatherings/completion/export/", CompletionExport.as_view(), name="api_gatherings_export"),
    path("party-organisations/<int:pk>/gatherings/", GatheringsOf.as_view(), name="api_gatherings_of"),
    path("party/gatherings/<int:pk>/", GatheringDetail.as_view(), name="api_gathering"),
    path("party/gatherings/<int:pk>/cancel/", Cancel.as_view(), name="api_gathering_cancel"),
    path("party/gatherings/<int:pk>/open/", Open.as_view(), name="api_gathering_open"),
    path("party/gatherings/<int:pk>/close/", Close.as_view(), name="api_gathering_close"),
    path("party/gatherings/<int:pk>/code/", Code.as_view(), name="api_gathering_code"),
    path("party/gatherings/<int:pk>/check-in/", CheckIn.as_view(), name="api_gathering_check_in"),
    path("party/gatherings/<int:pk>/leave/", AskLeave.as_view(), name="api_gathering_leave"),
    path("party/gatherings/<int:pk>/leave/answer/", AnswerLeave.as_view(), name="api_gathering_answer_leave"),
    path("party/gatherings/<int:pk>/roll/", Roll.as_view(), name="api_gathering_roll"),
    path("party/gatherings/<int:pk>/minutes/", MinutesView.as_view(), name="api_gathering_minutes"),
    path("party/gatherings/<int:pk>/minutes/sign/", SignMinutes.as_view(), name="api_gathering_minutes_sign"),
    path("party/gatherings/<int:pk>/minutes/reopen/", ReopenMinutes.as_view(), name="api_gathering_minutes_reopen"),
]
