"""The photo: one picture a person has sent, its state, and where its files lie."""

import uuid
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.photos.domain import Size

__all__ = ["Photo", "PhotoState", "RefusalReason"]


class PhotoState(models.TextChoices):
    """How far the processing of a photo has come."""

    WAITING = "waiting", _("照片正在处理")
    READY = "ready", _("可以看了")
    REFUSED = "refused", _("这张照片用不了")


class RefusalReason(models.TextChoices):
    """Why a photo could not be used, in words for its owner."""

    UNREADABLE = "unreadable", _("照片打不开，可能没有传完整。请重新拍一张或换一张。")
    MISSING = "missing", _("照片没有存下来，请再传一次。")


class Photo(models.Model):
    """A picture sent by a person (照片).

    The file that was sent waits in a private folder until the task has made clean copies of it, and is then removed:
    only re-encoded copies without metadata are ever served.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="photos", verbose_name=_("上传人")
    )
    purpose = models.CharField(_("用途"), max_length=60, help_text="wishes.wish, …")
    state = models.CharField(_("状态"), max_length=10, choices=PhotoState, default=PhotoState.WAITING)
    refusal = models.CharField(_("用不了的原因"), max_length=20, choices=RefusalReason, blank=True)
    incoming_name = models.CharField(_("待处理文件"), max_length=64, blank=True)
    width = models.PositiveIntegerField(_("宽（像素）"), default=0)
    height = models.PositiveIntegerField(_("高（像素）"), default=0)
    attempts = models.PositiveSmallIntegerField(_("处理次数"), default=0)
    created_at = models.DateTimeField(_("上传时间"), default=timezone.now)
    processed_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    redacted_at = models.DateTimeField(_("遮挡时间"), null=True, blank=True)

    objects: ClassVar[models.Manager["Photo"]] = models.Manager()

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = _("照片")
        indexes = [
            models.Index(fields=["owner", "created_at"], name="photo_by_owner"),
            models.Index(fields=["created_at"], name="photo_waiting", condition=Q(state="waiting")),
        ]
        constraints = [
            models.CheckConstraint(
                name="photo_refused_has_a_reason",
                condition=Q(state="refused", refusal__gt="") | (~Q(state="refused") & Q(refusal="")),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_ready(self) -> bool:
        """Its copies can be shown."""
        return self.state == PhotoState.READY

    @property
    def is_waiting(self) -> bool:
        """The task has not come to it yet."""
        return self.state == PhotoState.WAITING

    @property
    def is_refused(self) -> bool:
        """It could not be used; `get_refusal_display()` says why."""
        return self.state == PhotoState.REFUSED

    def url(self, size: Size) -> str:
        """Where this size is served to those who may see it."""
        return reverse("photo", kwargs={"photo_id": self.id, "size": size.value})

    @property
    def large_url(self) -> str:
        """Address of the 1600-pixel copy."""
        return self.url(Size.LARGE)

    @property
    def medium_url(self) -> str:
        """Address of the 800-pixel copy."""
        return self.url(Size.MEDIUM)

    @property
    def thumb_url(self) -> str:
        """Address of the 320-pixel copy."""
        return self.url(Size.THUMB)

    @property
    def incoming_path(self) -> Path:
        """The file as it was sent; never served."""
        return incoming_folder() / self.incoming_name

    @property
    def folder(self) -> Path:
        """Where the clean copies lie; two letters first, so that no folder grows without end."""
        return photos_root() / self.id.hex[:2] / self.id.hex

    def path(self, size: Size) -> Path:
        """The clean copy of this size."""
        return self.folder / f"{size.value}.webp"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Not here: `portal.photos.services.delete_photo` removes the files too."""
        raise TypeError("Photos are removed by portal.photos.services.delete_photo")


def photos_root() -> Path:
    """The folder of all clean copies; read at call time, so that tests can have their own."""
    return Path(settings.MEDIA_ROOT) / "photos"


def incoming_folder() -> Path:
    """The private folder of files as they were sent."""
    return Path(settings.MEDIA_ROOT) / "incoming"
