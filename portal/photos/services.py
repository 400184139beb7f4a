"""Taking photos in, making clean copies of them, and removing them."""

import contextlib
import errno
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import F
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Invalid
from portal.outbox.services import record
from portal.photos.domain import (
    MAX_ATTEMPTS,
    MAX_BYTES,
    MAX_PER_DAY,
    MAX_PIXELS,
    MAX_SIDE,
    SNIFF_BYTES,
    Size,
    sniff_format,
)
from portal.photos.events import PhotoRefused
from portal.photos.imaging import Unreadable, clean_copies, header_size
from portal.photos.models import Photo, PhotoState, RefusalReason, incoming_folder, photos_root
from portal.photos.policies import is_registered

logger = logging.getLogger(__name__)

FIELD = "photos"
# A file without its row is one whose transaction was rolled back; no request lasts this long.
ORPHAN_AGE = timedelta(hours=1)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def accept_upload(*, actor: User, file: "UploadedFile[bytes]", purpose: str) -> Photo:
    """Takes a picture in and leaves it waiting for `process_photo`.

    Format, bytes and pixels are read from the content, before anything is decoded. Raises `Invalid` (field "photos")
    with a sentence for the sender when the file is not a JPEG, PNG, WebP or HEIC picture, too large, or one too many
    for today; ValueError when no wing answers for the purpose.
    """
    if not is_registered(purpose):
        raise ValueError(f"No policy says who may see photos of {purpose!r}")
    check_picture(file)
    _check_daily_share(actor)
    name = secrets.token_hex(16)
    _store(file, incoming_folder() / name)
    with transaction.atomic():
        photo = Photo.objects.create(owner=actor, purpose=purpose, incoming_name=name)
        transaction.on_commit(lambda: _wake_worker(photo.id), robust=True)
    return photo


def check_picture(file: "UploadedFile[bytes]") -> str:
    """The format of a picture that may be taken in. Raises `Invalid` (field "photos") for any other file."""
    if not file.size:
        raise Invalid(_("这个文件是空的，请换一张照片。"), code="photo_empty", field=FIELD)
    if file.size > MAX_BYTES:
        words = _("这张照片有 {size}，一张最大 10 MB。请换一张小一些的。").format(size=filesizeformat(file.size))
        raise Invalid(words, code="photo_too_large", field=FIELD)
    file.seek(0)
    picture_format = sniff_format(file.read(SNIFF_BYTES))
    if picture_format is None:
        words = _("只能放照片（JPEG、PNG、WebP 或 HEIC）。这个文件不是，请换一张。")
        raise Invalid(words, code="photo_format", field=FIELD)
    try:
        width, height = header_size(file, picture_format)
    except Unreadable:
        raise Invalid(RefusalReason.UNREADABLE.label, code="photo_unreadable", field=FIELD) from None
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        words = _("这张照片有 {width}×{height} 个像素，太大了。请换一张小一些的。").format(width=width, height=height)
        raise Invalid(words, code="photo_too_many_pixels", field=FIELD)
    return picture_format


def _check_daily_share(actor: User) -> None:
    since = timezone.now() - timedelta(hours=24)
    if Photo.objects.filter(owner=actor, created_at__gt=since).count() >= MAX_PER_DAY:
        raise Invalid(_("您今天传的照片太多了，请明天再传。"), code="photo_daily_share", field=FIELD)


class NoRoom(Invalid):
    """The disk is full; nothing else of what was sent is lost by it."""

    status = 507
    default_code = "photo_no_room"


def _store(file: "UploadedFile[bytes]", target: Path) -> None:
    """Writes the upload where nobody but the portal reads, and has it on the disk before a row speaks of it.

    Raises `NoRoom` when the disk is full.
    """
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _whole_file(target) as part, part.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        if error.errno not in _FULL:
            raise
        logger.error("No room left for uploads in %s", target.parent)
        words = _("照片现在存不下了，工作人员会尽快处理。写好的文字都还在，可以先不放照片，过一会儿再补。")
        raise NoRoom(words, field=FIELD) from error


@contextlib.contextmanager
def _whole_file(target: Path) -> Iterator[Path]:
    """A place to write to that becomes `target` only when all of it is there."""
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        yield part
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _wake_worker(photo_id: UUID) -> None:
    """Hands the photo to the worker now. Where the broker is away, `sweep_photos` finds the photo later."""
    # The task calls this module, so it is looked up when needed.
    from portal.photos.tasks import process_photo

    process_photo.delay(str(photo_id))


def process_waiting_photo(*, photo_id: UUID, now: datetime | None = None) -> PhotoState | None:
    """Makes the clean copies of one waiting photo, or refuses it and records `PhotoRefused`.

    Returns the new state, or None when there was nothing to do: another worker holds it, or it is done. Safe to be
    killed at any point and to be called again: copies appear whole or not at all, and the row changes last.
    """
    with transaction.atomic():
        photo = _take(photo_id)
        if photo is None:
            return None
        # Counted and committed before the decoding, which may kill the worker.
        Photo.objects.filter(pk=photo.pk).update(attempts=F("attempts") + 1)
    with transaction.atomic():
        photo = _take(photo_id)
        if photo is None:
            return None
        reason = _make_copies(photo)
        photo.state = PhotoState.REFUSED if reason else PhotoState.READY
        photo.refusal = reason or ""
        photo.processed_at = now or timezone.now()
        original = photo.incoming_path
        photo.incoming_name = ""
        photo.save()
        if reason:
            payload = PhotoRefused(photo=str(photo.id), purpose=photo.purpose, reason=reason)
            record(payload, subject=photo.owner, actor=None, at=now)
        transaction.on_commit(lambda: original.unlink(missing_ok=True), robust=True)
    return PhotoState(photo.state)


def _take(photo_id: UUID) -> Photo | None:
    """The waiting photo, locked; None when it is not waiting or somebody else works on it."""
    waiting = Photo.objects.select_for_update(skip_locked=True, no_key=True, of=("self",)).select_related("owner")
    return waiting.filter(pk=photo_id, state=PhotoState.WAITING).first()


def _make_copies(photo: Photo) -> RefusalReason | None:
    """Writes all sizes; returns why not, where the photo is at fault. A full disk raises OSError and is tried again."""
    if photo.attempts > MAX_ATTEMPTS:
        return RefusalReason.UNREADABLE
    if not photo.incoming_path.is_file():
        return RefusalReason.MISSING
    # Whatever an attempt that was cut short has left behind.
    shutil.rmtree(photo.folder, ignore_errors=True)
    with photo.incoming_path.open("rb") as source:
        picture_format = sniff_format(source.read(SNIFF_BYTES))
        if picture_format is None:
            return RefusalReason.UNREADABLE
        try:
            for size, content, (width, height) in clean_copies(source, picture_format):
                write_copy(photo, size, content)
                if size is Size.LARGE:
                    photo.width, photo.height = width, height
        except Unreadable as error:
            logger.info("Photo %s is unreadable: %s", photo.id, error)
            shutil.rmtree(photo.folder, ignore_errors=True)
            return RefusalReason.UNREADABLE
    return None


def write_copy(photo: Photo, size: Size, content: bytes) -> None:
    """Keeps one size of a photo, whole or not at all. Its row may be written after it."""
    photo.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    with _whole_file(photo.path(size)) as part, part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def copy_photo(*, actor: User, photo: Photo, purpose: str) -> Photo:
    """A photo of its own with the same picture, for another purpose and owned by whoever took it over.

    Only what is ready is copied: the clean copies, with what was covered in them covered. The caller asks whether the
    actor may see the photo. Raises `Invalid` (field "photos") for one that is not ready or whose files are gone.
    """
    if not is_registered(purpose):
        raise ValueError(f"No policy says who may see photos of {purpose!r}")
    copy = Photo(owner=actor, purpose=purpose, state=PhotoState.READY, width=photo.width, height=photo.height)
    copy.processed_at, copy.redacted_at = photo.processed_at, photo.redacted_at
    try:
        if not photo.is_ready:
            raise FileNotFoundError
        for size in Size:
            write_copy(copy, size, photo.path(size).read_bytes())
    except FileNotFoundError:
        words = _("这张照片还没处理好，请过一会儿再选，或者先不放。")
        raise Invalid(words, code="photo_not_ready", field=FIELD) from None
    copy.save(force_insert=True)
    return copy


def delete_photo(*, photo: Photo) -> None:
    """Removes a photo and, once that is committed, all of its files."""
    folder, original = photo.folder, photo.incoming_path if photo.incoming_name else None
    with transaction.atomic():
        models.Model.delete(photo)
        transaction.on_commit(lambda: _remove_files(folder, original), robust=True)


def _remove_files(folder: Path, original: Path | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if original is not None:
        original.unlink(missing_ok=True)


def waiting_photos(*, older_than: timedelta, limit: int) -> list[UUID]:
    """Photos that should have been processed by now, the oldest first."""
    before = timezone.now() - older_than
    waiting = Photo.objects.filter(state=PhotoState.WAITING, created_at__lt=before).order_by("created_at")
    return list(waiting.values_list("id", flat=True)[:limit])


def remove_orphan_copies(*, prefix: str, now: datetime | None = None) -> int:
    """Removes copies that no photo speaks of, in the folder of these two letters; returns how many pictures.

    A process that dies between the removal of a row and that of its files leaves such copies.
    """
    folder = photos_root() / prefix
    if not folder.is_dir():
        return 0
    before = ((now or timezone.now()) - ORPHAN_AGE).timestamp()
    old = {path.name: path for path in folder.iterdir() if path.stat().st_mtime < before}
    known = {found.hex for found in Photo.objects.filter(pk__in=list(old)).values_list("pk", flat=True)}
    orphans = [path for name, path in old.items() if name not in known]
    for path in orphans:
        shutil.rmtree(path, ignore_errors=True)
    return len(orphans)


def remove_orphans(*, now: datetime | None = None) -> int:
    """Removes files as sent that no waiting photo speaks of; returns how many."""
    folder = incoming_folder()
    if not folder.is_dir():
        return 0
    before = ((now or timezone.now()) - ORPHAN_AGE).timestamp()
    old = [path for path in folder.iterdir() if path.stat().st_mtime < before]
    names = [path.name for path in old]
    known = set(Photo.objects.filter(incoming_name__in=names).values_list("incoming_name", flat=True))
    orphans = [path for path in old if path.name not in known]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
