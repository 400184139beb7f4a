"""Making a wish of something, for programs: what the page starts with, and sending it."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.idempotency import once
from portal.api.schema import refusing
from portal.errors import Conflict, NotAllowed
from portal.masking import mask_name, mask_phone
from wishes.origins.registry import Prefill, Source, source_of
from wishes.origins.services import make_wish
from wishes.wishes.api.answers import WishDetailSerializer
from wishes.wishes.api.bodies import CategoryField, PhoneText, PlaceField
from wishes.wishes.api.reading import TAGS, WishView


class PersonSerializer(serializers.Serializer[Any]):
    """Somebody the wish may be made for."""

    id = serializers.CharField(help_text=_("填到 who 里"))
    name = serializers.CharField(help_text=_("只写姓"))
    phone = serializers.CharField(help_text=_("只有后四位"))


class PrefillSerializer(serializers.Serializer[Any]):
    """What a wish made of it would start with."""

    title = serializers.CharField(help_text=_("一句话"))
    details = serializers.CharField(help_text=_("详细情况"))
    category = serializers.CharField(help_text=_("最接近的类别代码，没有时为空"))
    territory = serializers.CharField(help_text=_("网格或社区代码"))
    place = serializers.CharField(help_text=_("大概位置"))
    photos = serializers.ListField(child=serializers.UUIDField(), help_text=_("可以放到心愿上的照片"))
    people = PersonSerializer(many=True, help_text=_("可以替他们许愿的人"))
    for_myself = serializers.BooleanField(help_text=_("可以许成自己的心愿（who 填 me）"))
    for_others = serializers.BooleanField(help_text=_("可以替别的居民许（who 填 other，并写姓名）"))


class MakeBody(serializers.Serializer[Any]):
    """The wish to be sent."""

    who = serializers.CharField(max_length=20, help_text=_("me、other，或 people 里的 id"))
    legal_name = serializers.CharField(
        max_length=60, required=False, default="", allow_blank=True, help_text=_("who 是 other 时，居民姓名")
    )
    phone = PhoneText(required=False, default="", allow_blank=True, help_text=_("who 是 other 时，手机号"))
    title = serializers.CharField(max_length=60, help_text=_("一句话，公开"))
    details = serializers.CharField(
        max_length=2000, required=False, default="", allow_blank=True, help_text=_("详细情况，公开")
    )
    category = CategoryField(help_text=_("类别代码"))
    territory = PlaceField(help_text=_("网格或社区代码"))
    place = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True, help_text=_("大概位置，公开")
    )
    photos = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=9, help_text=_("要放的照片，会公开")
    )
    consent = serializers.BooleanField(required=False, default=False, help_text=_("本人同意公开心愿的内容"))


class MakeWish(WishView):
    """A wish made of something else; what the caller may not see does not exist."""

    permission_classes = (IsAuthenticated,)
    serializer_class = WishDetailSerializer

    @extend_schema(
        operation_id="wishes_from_prefill",
        summary=_("转为心愿：先看看会写成什么样"),
        description=_("kind 是来源的种类，例如 incident（事件）。"),
        tags=TAGS,
        responses=PrefillSerializer,
        extensions=refusing(403, 409),
    )
    def get(self, request: Request, kind: str, pk: int) -> Response:
        """What the page would be filled in with."""
        source, subject = self._found(kind, pk)
        prefill: Prefill = source.prefill(self.person, subject)
        people = [
            {
                "id": str(one.pk),
                "name": mask_name(one.legal_name or one.display_name),
                "phone": mask_phone(str(one.phone)) if one.phone else "",
            }
            for one in prefill.people
        ]
        found = {
            "title": prefill.title,
            "details": prefill.details,
            "category": prefill.category,
            "territory": prefill.place.code if prefill.place is not None else "",
            "place": prefill.spot,
            "photos": [photo.pk for photo in prefill.photos],
            "people": people,
            "for_myself": prefill.for_myself,
            "for_others": prefill.for_others,
        }
        return Response(PrefillSerializer(found).data)

    @extend_schema(
        operation_id="wishes_from_make",
        summary=_("转为心愿"),
        description=_("一件事只转成一个心愿；已经转过的回答 409。"),
        tags=TAGS,
        request=MakeBody,
        responses={201: WishDetailSerializer},
    )
    @once
    def post(self, request: Request, kind: str, pk: int) -> Response:
        """Sent at once, as any other wish."""
        source, subject = self._found(kind, pk)
        wish = make_wish(actor=self.person, source=source, subject=subject, **self.read_body(MakeBody))
        answer = self.detail(wish.pk)
        answer.status_code = status.HTTP_201_CREATED
        return answer

    def _found(self, kind: str, pk: int) -> tuple[Source[Any], Any]:
        source = source_of(kind)
        subject = source.found(self.person, pk) if source is not None else None
        if source is None or subject is None:
            raise Http404
        may = source.may_make(self.person, subject)
        if not may:
            raise (Conflict if may.by_state else NotAllowed)(may.reason, code=may.code)
        return source, subject
