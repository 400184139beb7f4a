"""Visits for programs, and for the phone that sends what it noted without a network."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from grids.incidents.api.answers import UploadedPhotoSerializer
from grids.incidents.api.bodies import IncidentPhotoBody
from grids.pairing.scope import handled_place
from grids.territory.api import TAGS
from grids.territory.models import Territory
from grids.visits import correcting, services
from grids.visits.access import household_for, visit_for
from grids.visits.api_bodies import (
    CallSerializer,
    CareDueSerializer,
    DueQuery,
    PlanBody,
    VisitBody,
    VisitCorrectBody,
    VisitLookBody,
    VisitNeedBody,
    VisitNeedSerializer,
    VisitNumbersSerializer,
    VisitPlaceQuery,
    VisitSerializer,
    VisitWithdrawBody,
    VisitWordsSerializer,
)
from grids.visits.lists import done_rows, due_rows
from grids.visits.models import Visit
from grids.visits.photos import PHOTO_PURPOSE, UNUSED
from grids.visits.policies import is_near, may_read
from grids.visits.queries import numbers_of
from grids.visits.route import Call, way_of
from portal.accounts.models import User
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.api.pagination import Key, KeysetPagination
from portal.errors import Invalid, NotAllowed
from portal.keyset import read_moment
from portal.photos.models import Photo
from portal.photos.services import accept_upload


class _View(ApiView):
    permission_classes = (IsAuthenticated,)
    queryset = Visit.objects.none()
    query_serializer_class: ClassVar[type[serializers.Serializer[Any]] | None] = None

    def near_place(self) -> Territory:
        """The place asked about, for who knows its doors. Raises PermissionDenied, Http404, `NotAllowed`."""
        place = handled_place(self.person, self.query.get("place", ""))
        if not is_near(self.person, place):
            raise NotAllowed(_("门牌号只给网格和社区的工作人员看。"))
        return place


def own_photos(actor: User, ids: list[UUID]) -> list[Photo]:
    """Photos the actor has sent and not used yet. Raises Invalid with the field."""
    free = Photo.objects.filter(UNUSED, owner=actor, purpose=PHOTO_PURPOSE).in_bulk(ids)
    if len(free) < len(set(ids)):
        raise Invalid(_("有一张照片没有传上来，或者已经用过了。"), code="unknown_photo", field="photos")
    return [free[one] for one in dict.fromkeys(ids)]


class ByVisitedAt(KeysetPagination):
    """The newest first."""

    keys = (Key("visited_at", read_moment, descending=True), Key("id", int, descending=True))


class Visits(_View):
    """Visits of this month in a place, and writing one down."""

    serializer_class = VisitSerializer
    pagination_class = ByVisitedAt

    def _checked_query(self, request: Request) -> dict[str, Any]:
        self.query_serializer_class = VisitPlaceQuery if request.method == "GET" else None  # type: ignore[misc]
        return super()._checked_query(request)

    @extend_schema(
        operation_id="visits_list", summary=gettext_lazy("本月走访"), tags=TAGS, parameters=[VisitPlaceQuery]
    )
    def get(self, request: Request) -> Response:
        """For the staff of the grid and the community."""
        rows = self.paginate_queryset(done_rows(self.near_place()).select_related("building", "led_to__incident"))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(
        operation_id="visits_log",
        summary=gettext_lazy("记一次走访"),
        description=gettext_lazy("同一个 key 发几次都只有一次走访，回答也一样。"),
        tags=TAGS,
        request=VisitBody,
        responses={201: VisitSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Once, however often it is sent."""
        data = self.read_body(VisitBody)
        visit = self._sent_before(data["key"])
        if visit is None:
            photos = own_photos(self.person, data.pop("photos"))
            household = household_for(self.person, data.pop("household"))
            visit = services.log_visit(actor=self.person, household=household, photos=photos, **data)
        return Response(self.get_serializer(visit).data, status=status.HTTP_201_CREATED)

    def _sent_before(self, key: UUID) -> Visit | None:
        """What this person has sent already, whatever has become of the pairing meanwhile."""
        return Visit.objects.select_related("household__building").filter(key=key, visitor=self.person).first()


class UploadVisitPhoto(_View):
    """Sending a photo in."""

    parser_classes = (MultiPartParser,)
    serializer_class = UploadedPhotoSerializer
    throttle_scope = "upload"

    @extend_schema(
        operation_id="visits_upload_photo",
        summary=gettext_lazy("传一张走访照片"),
        tags=TAGS,
        request=IncidentPhotoBody,
        responses={201: UploadedPhotoSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Kept apart until it is put to a visit."""
        file: Any = self.read_body(IncidentPhotoBody)["file"]
        photo = accept_upload(actor=self.person, file=file, purpose=PHOTO_PURPOSE)
        return Response(self.get_serializer(photo).data, status=status.HTTP_201_CREATED)


class OneVisit(_View):
    """One visit."""

    serializer_class = VisitSerializer

    @extend_schema(operation_id="visits_read", summary=gettext_lazy("一次走访"), tags=TAGS)
    def get(self, request: Request, pk: int) -> Response:
        """What was written is null for who may not read it."""
        return Response(self.get_serializer(visit_for(self.person, pk)).data)


class _ChangedVisit(_View):
    """A visit that is put right."""

    serializer_class = VisitSerializer

    def to_change(self, pk: int) -> Visit:
        """Raises Http404 for who does not read the visit."""
        visit = visit_for(self.person, pk)
        if not may_read(self.person, visit):
            raise Http404
        return visit

    def answer(self, visit: Visit) -> Response:
        """The visit as it is then."""
        return Response(self.get_serializer(visit_for(self.person, visit.pk)).data)


class CorrectVisit(_ChangedVisit):
    """Put right what was written down wrongly."""

    @extend_schema(
        operation_id="visits_correct",
        summary=gettext_lazy("更正走访"),
        description=gettext_lazy("走访的人几天以内可以改；社区的工作人员随时可以改，要写原因。原来的留着。"),
        tags=TAGS,
        request=VisitCorrectBody,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """By whoever made it within some days, by the community's staff with a reason."""
        visit = self.to_change(pk)
        data = self.read_body(VisitCorrectBody)
        if "household" in data:
            data["household"] = household_for(self.person, data["household"])
        return self.answer(correcting.correct_visit(actor=self.person, visit=visit, **data))


class WithdrawVisit(_ChangedVisit):
    """It counts no longer."""

    @extend_schema(
        operation_id="visits_withdraw", summary=gettext_lazy("撤回走访"), tags=TAGS, request=VisitWithdrawBody
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """By the same."""
        visit = self.to_change(pk)
        reason = self.read_body(VisitWithdrawBody)["reason"]
        return self.answer(correcting.withdraw_visit(actor=self.person, visit=visit, reason=reason))


class LookAtVisit(_View):
    """A look, written down."""

    serializer_class = VisitWordsSerializer
    repeats_on_purpose = "Each look is written down, and nothing of it is kept to be given again."

    @extend_schema(operation_id="visits_look", summary=gettext_lazy("查看走访内容"), tags=TAGS, request=VisitLookBody)
    def post(self, request: Request, pk: int) -> Response:
        """For staff further away, with a reason."""
        visit = visit_for(self.person, pk)
        reason = self.read_body(VisitLookBody)["reason"]
        return Response({"words": services.reveal_words(actor=self.person, visit=visit, reason=reason)})


class NeedOfVisit(_View):
    """A need that becomes an incident."""

    serializer_class = VisitNeedSerializer

    @extend_schema(
        operation_id="visits_report_need",
        summary=gettext_lazy("走访发现的事上报成事件"),
        tags=TAGS,
        request=VisitNeedBody,
        responses={201: VisitNeedSerializer},
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Once for a visit; a second time is answered with the same incident."""
        visit = visit_for(self.person, pk)
        if not may_read(self.person, visit):
            raise Http404
        incident = services.report_need(actor=self.person, visit=visit, **self.read_body(VisitNeedBody))
        return Response({"number": incident.number}, status=status.HTTP_201_CREATED)


class TodaysWay(_View):
    """Today's way."""

    serializer_class = CallSerializer

    @extend_schema(
        operation_id="visits_today",
        summary=gettext_lazy("今天的走访"),
        tags=TAGS,
        responses=CallSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """In walking order, the late ones first."""
        return Response(self._calls(way_of(self.person).calls))

    @extend_schema(
        operation_id="visits_plan",
        summary=gettext_lazy("加到今天，或者今天不去"),
        tags=TAGS,
        request=PlanBody,
        responses=CallSerializer(many=True),
    )
    @once
    def post(self, request: Request) -> Response:
        """The way as it is then."""
        data = self.read_body(PlanBody)
        household = household_for(self.person, data["household"])
        services.plan_visit(actor=self.person, household=household, wanted=data["wanted"])
        return Response(self._calls(way_of(self.person).calls))

    def _calls(self, calls: list[Call]) -> Any:
        return self.get_serializer(calls, many=True).data


class ByDay(KeysetPagination):
    """The longest overdue first."""

    keys = (Key("due_on", str), Key("pk", int))


class Dues(_View):
    """Households in care and when they are due."""

    serializer_class = CareDueSerializer
    query_serializer_class = DueQuery
    pagination_class = ByDay

    @extend_schema(operation_id="visits_due", summary=gettext_lazy("该走访的住户"), tags=TAGS, parameters=[DueQuery])
    def get(self, request: Request) -> Response:
        """For the staff of the grid and the community."""
        rows = self.paginate_queryset(due_rows(self.near_place(), self.query["show"]))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)


class Numbers(_View):
    """How a place stands."""

    serializer_class = VisitNumbersSerializer
    query_serializer_class = VisitPlaceQuery

    @extend_schema(
        operation_id="visits_numbers", summary=gettext_lazy("走访数字"), tags=TAGS, parameters=[VisitPlaceQuery]
    )
    def get(self, request: Request) -> Response:
        """For those who handle the place."""
        return Response(self.get_serializer(numbers_of(handled_place(self.person, self.query["place"]))).data)


urlpatterns = [
    path("", Visits.as_view(), name="api_visits"),
    path("photos/", UploadVisitPhoto.as_view(), name="api_visit_photos"),
    path("today/", TodaysWay.as_view(), name="api_visits_today"),
    path("due/", Dues.as_view(), name="api_visits_due"),
    path("numbers/", Numbers.as_view(), name="api_visits_numbers"),
    path("<int:pk>/", OneVisit.as_view(), name="api_visit"),
    path("<int:pk>/correct/", CorrectVisit.as_view(), name="api_visit_correct"),
    path("<int:pk>/withdraw/", WithdrawVisit.as_view(), name="api_visit_withdraw"),
    path("<int:pk>/look/", LookAtVisit.as_view(), name="api_visit_look"),
    path("<int:pk>/incident/", NeedOfVisit.as_view(), name="api_visit_need"),
]
