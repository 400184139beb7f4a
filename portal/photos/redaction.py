"""Covering faces and number plates (遮挡): a covered picture takes the place of the first one, which is gone for good.

The covered picture is a photo of its own, under an address of its own: no cache on the way can answer for it with what
it kept of the first one, and the first one's address leads nowhere.
"""

import shutil
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.errors import Conflict, Invalid
from portal.photos.domain import MAX_BOXES, Box, Size
from portal.photos.imaging import Unreadable, covered_copies
from portal.photos.models import Photo, PhotoState
from portal.photos.services import write_copy


def covered_photo(*, photo: Photo, boxes: Sequence[Box], at: datetime | None = None) -> Photo:
    """A new photo with these parts of the first one painted over, in all sizes. Call it inside a transaction.

    The caller puts it in the first one's place and removes that with `delete_photo`, in the same transaction. Where
    the transaction is undone, a sweep removes the files. Raises `Invalid` (field "boxes"), `Conflict` for a photo that
    is not ready or gone.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A photo is covered inside of the transaction that puts it in place.")
    if not 1 <= len(boxes) <= MAX_BOXES:
        raise Invalid(_("请标出要遮住的地方。"), code="required", field="boxes")
    held = Photo.objects.select_for_update().filter(pk=photo.pk, state=PhotoState.READY).first()
    if held is None:
        raise Conflict(_("这张照片还没处理好，或者已经换掉了。"), code="gone")
    now = at or timezone.now()
    made = Photo(
        owner_id=held.owner_id,
        purpose=held.purpose,
        state=PhotoState.READY,
        created_at=held.created_at,
        processed_at=now,
        redacted_at=now,
    )
    try:
        with held.path(Size.LARGE).open("rb") as source:
            for size, content, (width, height) in covered_copies(source, boxes):
                write_copy(made, size, content)
                if size is Size.LARGE:
                    made.width, made.height = width, height
    except (Unreadable, OSError) as error:
        shutil.rmtree(made.folder, ignore_errors=True)
        raise Conflict(_("这张照片打不开，没有遮成。"), code="photo_unreadable") from error
    made.save(force_insert=True)
    return made
