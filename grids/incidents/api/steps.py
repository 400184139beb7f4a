"""Reporting, and the steps of the loop, for programs."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from grids.incidents import services
from grids.incidents.api import bodies
from grids.incidents.api.answers import (
    IncidentDetailSerializer,
    IncidentSerializer,
    RevealedReporterSerializer,
    UploadedPhotoSerializer,
)
from grids.incidents.api.reading import TAGS, IncidentView, PublicList
from grids.incidents.domain import Action
from grids.incidents.models import Incident, IncidentCategory
from grids.incidents.services.pictures import PHOTO_PURPOSE
from grids.incidents.services.whistling import departments_for
from grids.incidents.views.places import place_of
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.errors import Invalid
from portal.photos.models import Photo
from portal.photos.services import accept_upload

Data = dict[str, Any]
Take = Callable[[User, Incident, Data], object]


def own_photos(actor: User, ids: list[UUID], field: str = "photos") -> list[Photo]:
    """Photos the actor has sent and not used yet, in the order given. Raises Invalid with the field."""
    free = Photo.objects.filter(owner=actor, purpose=PHOTO_PURPOSE, incident_photo=None).in_bulk(ids)
    if missing := [str(one) for one in ids if one not in free]:
        words = _("没有这张照片，或者已经用过了：{ids}").format(ids=", ".join(missing))
        raise Invalid(words, code="unknown_photo", field=field)
    return [free[one] for one in dict.fromkeys(ids)]


class Incidents(PublicList):
    """What everybody may know of a place, and reporting something."""

    def get_permissions(self) -> Any:
        return [IsAuthenticated()] if self.request.method == "POST" else [AllowAny()]

    def _checked_query(self, request: Request) -> dict[str, Any]:
        """Reporting asks for no parameters."""
        return super()._checked_query(request) if request.method == "GET" else {}

    @extend_schema(
        operation_id="incidents_collect",
        summary=gettext_lazy("上报一件事"),
        description=gettext_lazy("负责这里的工作人员上报的，马上立案派遣；别人上报的，先等立案。"),
        tags=TAGS,
        parameters=[],
        request=bodies.IncidentCollectBody,
        responses={201: IncidentDetailSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Report something; staff may say at once that they have solved it."""
        data = self.read_body(bodies.IncidentCollectBody)
        point = point_of(data)
        data["photos"] = own_photos(self.person, data["photos"])
        data["photos_after"] = own_photos(self.person, data["photos_after"], "photos_after")
        data["place"] = place_of(point, data["place"].code)
        if (joined := data.pop("join", None)) is not None:
            return self._join(joined, data, point)
        incident = services.collect_incident(actor=self.person, point=point, **data)
        answer = self.detail(incident.pk)
        answer.status_code = status.HTTP_201_CREATED
        return answer

    def _join(self, joined: int, data: Data, point: tuple[float, float] | None) -> Response:
        found = near_or_invalid(data["category"], data["place"], point, joined)
        services.join_incident(actor=self.person, incident=found, words=data["words"], photos=data["photos"])
        answer = self.detail(found.pk)
        answer.status_code = status.HTTP_201_CREATED
        return answer


class Near(IncidentView):
    """Looking for the same thing before reporting it."""

    permission_classes = (IsAuthenticated,)
    serializer_class = IncidentSerializer
    repeats_on_purpose = "It only asks; a position is sent by POST so that no log keeps it."

    @extend_schema(
        operation_id="incidents_near",
        summary=gettext_lazy("附近有没有人报过"),
        tags=TAGS,
        request=bodies.IncidentNearBody,
        responses=IncidentSerializer(many=True),
    )
    def post(self, request: Request) -> Response:
        """Open incidents of the category near by, the nearest first."""
        data = self.read_body(bodies.IncidentNearBody)
        point = point_of(data)
        place = place_of(point, data["place"].code)
        assert place is not None
        found = services.incidents_like(data["category"], place, point)
        return Response(self.get_serializer(found, many=True).data)


def near_or_invalid(
    category: IncidentCategory, place: Territory, point: tuple[float, float] | None, joined: int
) -> Incident:
    """The open incident near by that a report is added to. Raises Invalid (field "join")."""
    near = services.incidents_like(category, place, point)
    found = next((one for one in near if one.pk == joined), None)
    if found is None:
        raise Invalid(_("附近没有这一件，或者已经办了。"), code="not_near", field="join")
    return found


def point_of(data: Data) -> tuple[float, float] | None:
    """Takes the point out of what was sent."""
    longitude, latitude = data.pop("longitude", None), data.pop("latitude", None)
    return None if longitude is None or latitude is None else (longitude, latitude)


def _merge(actor: User, incident: Incident, data: Data) -> object:
    into = Incident.objects.visible_to(actor).filter(number=data["into"].upper()).first()
    if into is None:
        raise Invalid(_("没有找到这个编号，请核对一下。"), code="unknown_incident", field="into")
    return services.merge_incident(actor=actor, incident=incident, into=into)


class UploadPhoto(ApiView):
    """Sending a photo in."""

    permission_classes = (IsAuthenticated,)
    parser_classes = (MultiPartParser,)
    serializer_class = UploadedPhotoSerializer
    queryset = Photo.objects.none()
    throttle_scope = "upload"

    @extend_schema(
        operation_id="incidents_upload_photo",
        summary=gettext_lazy("传一张事件照片"),
        description=gettext_lazy("照片里的位置和时间会去掉。没用上的过些时候就删掉。"),
        tags=TAGS,
        request=bodies.IncidentPhotoBody,
        responses={201: UploadedPhotoSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Kept apart until it is put to an incident."""
        file: Any = self.read_body(bodies.IncidentPhotoBody)["file"]
        photo = accept_upload(actor=self.person, file=file, purpose=PHOTO_PURPOSE)
        return Response(UploadedPhotoSerializer(photo).data, status=status.HTTP_201_CREATED)


class StepView(IncidentView):
    """Base of the steps."""

    permission_classes = (IsAuthenticated,)
    serializer_class = IncidentDetailSerializer
    body: ClassVar[type[Serializer[Any]]]
    take: ClassVar[Take]

    @once
    def post(self, request: Request, pk: int) -> Response:
        """Take the step. Refused with 403 where it is not the caller's to take, 409 where it is too late for it."""
        incident = self.visible(pk)
        type(self).take(self.person, incident, self.read_body(self.body))
        return self.detail(pk)


def _step(action: Action, body: type[Serializer[Any]], take: Take) -> type[StepView]:
    """The view of one step, documented."""
    name = action.name.title().replace("_", "")
    view = type(f"Incident{name}", (StepView,), {"body": body, "take": staticmethod(take)})
    document = extend_schema(
        operation_id=f"incidents_{action.name.lower()}",
        summary=action.label,
        description=gettext_lazy("不该您办的回答 403，已经不能办的回答 409。办好后回答事件现在的样子。"),
        tags=TAGS,
        request=body,
        responses=IncidentDetailSerializer,
    )
    documented: type[StepView] = extend_schema_view(post=document)(view)
    return documented


def _plain(service: Callable[..., object]) -> Take:
    """A service whose keywords are the fields of the body."""
    return lambda actor, incident, data: service(actor=actor, incident=incident, **data)


def _with_photos(service: Callable[..., object]) -> Take:
    """The same, with photos by their ids."""

    def take(actor: User, incident: Incident, data: Data) -> object:
        return service(actor=actor, incident=incident, **{**data, "photos": own_photos(actor, data["photos"])})

    return take


def _dispatch(actor: User, incident: Incident, data: Data) -> object:
    given = data.pop("to", None)
    to = User.objects.filter(pk=given, is_active=True).first() if given is not None else None
    if given is not None and to is None:
        raise Invalid(_("这位同志不负责那里，请另选一位。"), code="wrong_person", field="to")
    return services.dispatch_incident(actor=actor, incident=incident, to=to, **data)


def _whistle(actor: User, incident: Incident, data: Data) -> object:
    found = [body for body in departments_for(incident) if body.pk in data["bodies"]]
    if len(found) != len(set(data["bodies"])):
        raise Invalid(_("请选在这里的职能部门，至少一个。"), code="wrong_body", field="bodies")
    return services.call_departments(actor=actor, incident=incident, **{**data, "bodies": found})


def _of_summons(service: Callable[..., object]) -> Take:
    """A service about one summons, by its key."""

    def take(actor: User, incident: Incident, data: Data) -> object:
        given = data.pop("summons", None)
        summons = incident.summonses.filter(pk=given).first() if given is not None else None
        if given is not None and summons is None:
            raise Invalid(_("这件事没有这张吹哨单。"), code="unknown_summons", field="summons")
        if "photos" in data:
            data = {**data, "photos": own_photos(actor, data["photos"])}
        return service(actor=actor, incident=incident, summons=summons, **data)

    return take


STEPS: Mapping[str, type[StepView]] = {
    action.value: _step(action, body, take)
    for action, body, take in (
        (Action.FILE, bodies.IncidentFileBody, _plain(services.file_incident)),
        (Action.REJECT, bodies.IncidentReasonBody, _plain(services.reject_incident)),
        (Action.DISPATCH, bodies.IncidentDispatchBody, _dispatch),
        (Action.TAKE, bodies.IncidentNoBody, _plain(services.take_incident)),
        (Action.PASS_UP, bodies.IncidentReasonBody, _plain(services.pass_up_incident)),
        (Action.SOLVE, bodies.IncidentDoneBody, _with_photos(services.solve_on_the_spot)),
        (Action.REPORT_BACK, bodies.IncidentDoneBody, _with_photos(services.report_back)),
        (Action.VERIFY, bodies.IncidentVerifyBody, _plain(services.verify_incident)),
        (Action.FAIL, bodies.IncidentReasonBody, _plain(services.fail_incident)),
        (Action.REOPEN, bodies.IncidentReasonBody, _plain(services.reopen_incident)),
        (Action.EVALUATE, bodies.IncidentEvaluateBody, _plain(services.evaluate_incident)),
        (Action.PAUSE, bodies.IncidentPauseBody, _plain(services.pause_incident)),
        (Action.RESUME, bodies.IncidentNoBody, _plain(services.resume_incident)),
        (Action.MERGE, bodies.IncidentMergeBody, _merge),
        (Action.WHISTLE, bodies.IncidentWhistleBody, _whistle),
        (Action.REPORT_IN, bodies.IncidentSummonsBody, _of_summons(services.report_in)),
        (Action.ANSWER, bodies.IncidentAnswerBody, _of_summons(services.answer_summons)),
        (Action.CALL_OFF, bodies.IncidentCallOffBody, _of_summons(services.call_off)),
    )
}


class RevealReporter(IncidentView):
    """Who reported it, for a reason. Every look is written down and told to the reporter."""

    permission_classes = (IsAuthenticated,)
    serializer_class = RevealedReporterSerializer
    throttle_scope = "reveal"
    repeats_on_purpose = "Each look is written down, and nothing of it is kept to be given again."

    @extend_schema(
        operation_id="incidents_reveal_reporter",
        summary=gettext_lazy("查看上报人"),
        description=gettext_lazy("只给负责这里的工作人员；每看一次都会记下来，上报人看得到。"),
        tags=TAGS,
        request=bodies.IncidentRevealBody,
        responses=RevealedReporterSerializer,
    )
    def post(self, request: Request, pk: int, report_pk: int) -> Response:
        """Name and number, unmasked, for staff who handle matters of the place."""
        incident = self.visible(pk)
        report = get_object_or_404(incident.reports.select_related("reporter", "incident"), pk=report_pk)
        reason = self.read_body(bodies.IncidentRevealBody)["reason"]
        revealed = services.reveal_reporter(actor=self.person, report=report, reason=reason)
        return Response(self.get_serializer(revealed).data)
