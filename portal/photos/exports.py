"""A person's own photos in the copy of their data."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.export import DataFile, register_data_section
from portal.accounts.models import User
from portal.photos.domain import Size
from portal.photos.models import Photo, PhotoState


def _photos_of(user: User) -> list[dict[str, Any]]:
    return [
        {
            "id": str(photo.id),
            "purpose": photo.purpose,
            "state": photo.state,
            "width": photo.width,
            "height": photo.height,
            "sent_at": photo.created_at.isoformat(),
        }
        for photo in Photo.objects.filter(owner=user).order_by("created_at")
    ]


def _opening(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _files_of(user: User) -> Iterable[DataFile]:
    for photo in Photo.objects.filter(owner=user, state=PhotoState.READY).order_by("created_at"):
        path = photo.path(Size.LARGE)
        if path.is_file():
            yield DataFile(path=f"{photo.id}.webp", open=_opening(path))


register_data_section("photos", label=_("我传的照片"), data=_photos_of, files=_files_of)
