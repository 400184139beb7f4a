"""Photos of wishes for programs: covering parts of one, saying that one should be, or that none needs to."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.photos.domain import MAX_BOXES, WHOLE, Box
from portal.photos.models import Photo
from wishes.desk.models import PhotoReport
from wishes.desk.redaction import cover_photo, keep_photo, report_photo
from wishes.wishes.api.answers import PhotoSerializer
from wishes.wishes.models import Wish, WishPhoto

TAGS = ["photos"]


class BoxBody(serializers.Serializer[Any]):
    """A part of the picture, in thousandths of its width and height."""

    left = serializers.IntegerField(min_value=0, max_value=WHOLE - 1, label=_("左边（千分之几）"))
    top = serializers.IntegerField(min_value=0, max_value=WHOLE - 1, label=_("上边（千分之几）"))
    width = serializers.IntegerField(min_value=1, max_value=WHOLE, label=_("宽（千分之几）"))
    height = serializers.IntegerField(min_value=1, max_value=WHOLE, label=_("高（千分之几）"))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """It lies inside of the picture."""
        if attrs["left"] + attrs["width"] > WHOLE or attrs["top"] + attrs["height"] > WHOLE:
            raise serializers.ValidationError(_("超出照片了。"))
        return attrs


class CoverBody(serializers.Serializer[Any]):
    """What to paint over."""

    boxes = serializers.ListField(child=BoxBody(), min_length=1, max_length=MAX_BOXES, label=_("要遮住的地方"))


class PhotoReportBody(serializers.Serializer[Any]):
    """What the photo shows."""

    reason = serializers.ChoiceField(choices=PhotoReport.Reason.choices, label=_("拍到了什么"))


class PhotoView(ApiView):
    """Base: a photo of a wish the caller sees, by the photo's own number."""

    permission_classes = (IsAuthenticated,)
    queryset: Any = Photo.objects.none()
    serializer_class = PhotoSerializer

    def shown(self, pk: Any) -> WishPhoto:
        """The photo, where the caller sees its wish. Raises Http404."""
        wishes = Wish.objects.visible_to(self.person)
        return get_object_or_404(WishPhoto.objects.select_related("photo", "wish"), photo=pk, wish__in=wishes)


class CoverPhoto(PhotoView):
    """Painting over."""

    @extend_schema(
        operation_id="photos_cover",
        summary=_("遮住照片的一部分"),
        description=_("只给这里的工作人员。原来的照片会删掉，遮好的照片有新的编号和地址。"),
        tags=TAGS,
        request=CoverBody,
        responses=PhotoSerializer,
    )
    @once
    def post(self, request: Request, pk: Any) -> Response:
        """The first picture is gone; the answer names the new one."""
        shown = self.shown(pk)
        boxes = [Box(**box) for box in self.read_body(CoverBody)["boxes"]]
        covered = cover_photo(actor=self.person, shown=shown, boxes=boxes)
        return Response(self.get_serializer(covered.photo).data)


class ReportPhoto(PhotoView):
    """Saying that one should be covered."""

    @extend_schema(
        operation_id="photos_report",
        summary=_("告诉工作人员照片要遮"),
        tags=TAGS,
        request=PhotoReportBody,
        responses={204: None},
    )
    @once
    def post(self, request: Request, pk: Any) -> Response:
        """Staff are told."""
        shown = self.shown(pk)
        report_photo(actor=self.person, shown=shown, reason=self.read_body(PhotoReportBody)["reason"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class KeepPhoto(PhotoView):
    """Saying that nothing needs covering."""

    @extend_schema(
        operation_id="photos_keep",
        summary=_("这张照片不用遮"),
        description=_("只给这里的工作人员。大家对这张照片的提醒就算处理过了。"),
        tags=TAGS,
        request=None,
        responses={204: None},
    )
    @once
    def post(self, request: Request, pk: Any) -> Response:
        """What was said of the photo is settled."""
        keep_photo(actor=self.person, shown=self.shown(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


photo_routes = [
    path("photos/<uuid:pk>/cover/", CoverPhoto.as_view(), name="api_photo_cover"),
    path("photos/<uuid:pk>/keep/", KeepPhoto.as_view(), name="api_photo_keep"),
    path("photos/<uuid:pk>/report/", ReportPhoto.as_view(), name="api_photo_report"),
]
