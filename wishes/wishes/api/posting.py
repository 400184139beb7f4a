"""Writing and sending a wish, and its photos, for programs."""

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.consents import give_consent, has_consent, text_in_force
from portal.accounts.models import User
from portal.api.base import ApiView
from portal.api.idempotency import once
from portal.errors import Invalid
from portal.photos.models import Photo
from portal.photos.services import accept_upload
from wishes.wishes import services
from wishes.wishes.api import bodies
from wishes.wishes.api.answers import UploadSerializer, WishDetailSerializer
from wishes.wishes.api.reading import TAGS, WishView
from wishes.wishes.api.steps import own_photos
from wishes.wishes.photos import PHOTO_PURPOSE
from wishes.wishes.views.post import PUBLICATION


class Drafts(WishView):
    """Beginning a wish."""

    permission_classes = (IsAuthenticated,)
    serializer_class = WishDetailSerializer

    @extend_schema(
        operation_id="wishes_start_draft",
        summary=gettext_lazy("写一个心愿"),
        description=gettext_lazy("一个人同时只有一份没提交的草稿；已经有了就接着写那一份。"),
        tags=TAGS,
        request=bodies.DraftBody,
        responses={201: WishDetailSerializer},
    )
    @once
    @transaction.atomic
    def post(self, request: Request) -> Response:
        """One's one open draft, begun now where there is none, with these fields."""
        fields = self.read_body(bodies.DraftBody)
        draft = services.start_draft(actor=self.person)
        if fields:
            services.save_draft(actor=self.person, wish=draft, **fields)
        answer = self.detail(draft.pk)
        answer.status_code = status.HTTP_201_CREATED
        return answer


class DraftStep(WishView):
    """Base of what can be done with a draft."""

    permission_classes = (IsAuthenticated,)
    serializer_class = WishDetailSerializer


class SaveDraft(DraftStep):
    """Writing on."""

    @extend_schema(
        operation_id="wishes_save_draft",
        summary=gettext_lazy("接着写"),
        description=gettext_lazy("只改发来的几项，没发的不变。"),
        tags=TAGS,
        request=bodies.DraftBody,
        responses=WishDetailSerializer,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Only the fields given are changed; nothing is required yet."""
        wish = self.visible(pk)
        services.save_draft(actor=self.person, wish=wish, **self.read_body(bodies.DraftBody))
        return self.detail(pk)


class DiscardDraft(DraftStep):
    """Throwing a draft away."""

    @extend_schema(
        operation_id="wishes_discard_draft",
        summary=gettext_lazy("不写了，删掉草稿"),
        tags=TAGS,
        request=None,
        responses={204: None},
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Only a draft that was never sent."""
        services.discard_draft(actor=self.person, wish=self.visible(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Submit(DraftStep):
    """Sending it."""

    @extend_schema(
        operation_id="wishes_submit",
        summary=gettext_lazy("提交心愿"),
        description=gettext_lazy("马上得到编号、网格、负责人和时限。缺什么会在 errors 里写明。"),
        tags=TAGS,
        request=bodies.SubmitBody,
        responses=WishDetailSerializer,
    )
    @once
    @transaction.atomic
    def post(self, request: Request, pk: int) -> Response:
        """It gets its number, its grid, its person and its time limit at once. Consent to publish is asked first."""
        wish = self.visible(pk)
        self._consented(wish.author, given=self.read_body(bodies.SubmitBody)["consent"])
        services.submit_wish(actor=self.person, wish=wish)
        return self.detail(pk)

    def _consented(self, author: User, *, given: bool) -> None:
        if text_in_force(PUBLICATION) is None or has_consent(author, PUBLICATION):
            return
        if not given:
            words = _("要请邻居帮忙，得先同意公开心愿的内容。电话和地址不会公开。")
            raise Invalid(words, code="consent_required", field="consent")
        give_consent(actor=self.person, user=author, kind=PUBLICATION)


class AttachPhoto(DraftStep):
    """A photo of the matter."""

    @extend_schema(
        operation_id="wishes_attach_photo",
        summary=gettext_lazy("放一张照片"),
        tags=TAGS,
        request=bodies.PhotoBody,
        responses=WishDetailSerializer,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """One of the caller's own photos, until the wish is claimed."""
        wish = self.visible(pk)
        photo = own_photos(self.person, [self.read_body(bodies.PhotoBody)["photo"]])[0]
        services.attach_photo(actor=self.person, wish=wish, photo=photo)
        return self.detail(pk)


class RemovePhoto(DraftStep):
    """Taking a photo off again."""

    @extend_schema(
        operation_id="wishes_remove_photo",
        summary=gettext_lazy("拿掉一张照片"),
        tags=TAGS,
        request=bodies.PhotoBody,
        responses=WishDetailSerializer,
    )
    @once
    def post(self, request: Request, pk: int) -> Response:
        """Until the wish is claimed."""
        wish = self.visible(pk)
        shown = get_object_or_404(wish.photos, photo_id=self.read_body(bodies.PhotoBody)["photo"])
        services.remove_photo(actor=self.person, wish=wish, wish_photo=shown)
        return self.detail(pk)


class UploadPhoto(ApiView):
    """Sending a photo in."""

    permission_classes = (IsAuthenticated,)
    parser_classes = (MultiPartParser,)
    serializer_class = UploadSerializer
    queryset = Photo.objects.none()
    throttle_scope = "upload"

    @extend_schema(
        operation_id="photos_upload",
        summary=gettext_lazy("传一张照片"),
        description=gettext_lazy("照片里的位置和时间会去掉。先传，再放到心愿上；没用上的过些时候就删掉。"),
        tags=["photos"],
        request=bodies.UploadBody,
        responses={201: UploadSerializer},
    )
    @once
    def post(self, request: Request) -> Response:
        """Kept apart until it is put to a wish. Place and time of the picture are removed from it."""
        file: Any = self.read_body(bodies.UploadBody)["file"]
        photo = accept_upload(actor=self.person, file=file, purpose=PHOTO_PURPOSE)
        return Response(self.get_serializer(photo).data, status=status.HTTP_201_CREATED)
