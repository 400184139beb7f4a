"""Writing down what was said and resolved, and signing it off."""

from datetime import datetime
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.gatherings.domain import GatheringState
from grids.gatherings.events import MinutesReopened, MinutesSigned
from grids.gatherings.models import Gathering, GatheringPhoto, Minutes
from grids.gatherings.policies import PHOTO_PURPOSE
from grids.gatherings.services.planning import held_gathering, require_officer
from portal.accounts.models import User
from portal.cleaning import clean_text
from portal.errors import Conflict, Invalid
from portal.outbox.services import record
from portal.photos.models import Photo
from portal.photos.services import accept_upload, delete_photo

LONGEST_TEXT, LONGEST_RESOLUTION, MOST_RESOLUTIONS, MOST_PHOTOS = 10_000, 300, 30, 9


@transaction.atomic
def save_minutes(
    *,
    actor: User,
    gathering: Gathering,
    text: str,
    resolutions: list[str],
    seen: datetime | None = None,
    now: datetime | None = None,
) -> Minutes:
    """Keeps the draft. `seen` is the version that was on the page: what somebody else wrote since is not lost.

    Raises `NotAllowed`, `Conflict`, `Invalid` with the field.
    """
    found = _writable(actor, gathering)
    clean = [line for line in (clean_text(each) for each in resolutions) if line]
    if len(clean) > MOST_RESOLUTIONS or any(len(line) > LONGEST_RESOLUTION for line in clean):
        words = _("最多 {most} 条，每条最多 {longest} 个字。")
        raise Invalid(words.format(most=MOST_RESOLUTIONS, longest=LONGEST_RESOLUTION), field="resolutions")
    words = clean_text(text, lines=True)
    if len(words) > LONGEST_TEXT:
        raise Invalid(_("最多写{longest}个字。").format(longest=LONGEST_TEXT), field="text")
    minutes = Minutes.objects.select_for_update().filter(gathering=found).first()
    if minutes is not None:
        if minutes.signed_at is not None:
            raise Conflict(_("记录已经签发，要改请先重新打开。"), code="minutes_signed")
        if seen is not None and minutes.written_by_id != actor.pk and minutes.saved_at > seen:
            raise Conflict(_("别的同志刚刚改过这份记录，请先看看再保存。"), code="written_meanwhile")
    minutes = minutes or Minutes(gathering=found)
    minutes.text, minutes.resolutions = words, clean
    minutes.written_by, minutes.saved_at = actor, now or timezone.now()
    minutes.save()
    return minutes


@transaction.atomic
def sign_minutes(*, actor: User, gathering: Gathering, now: datetime | None = None) -> Minutes:
    """An officer signs the minutes; members and those above read them. Raises `NotAllowed`, `Conflict`, `Invalid`."""
    found = _writable(actor, gathering)
    if found.state != GatheringState.CLOSED:
        raise Conflict(_("先结束签到，再签发记录。"), code="not_closed")
    minutes = Minutes.objects.select_for_update().filter(gathering=found).first()
    if minutes is None or not minutes.text:
        raise Invalid(_("请先写记录。"), field="text")
    if minutes.signed_at is not None:
        return minutes
    minutes.signed_by, minutes.signed_at = actor, now or timezone.now()
    minutes.save(update_fields=["signed_by", "signed_at"])
    record(MinutesSigned(gathering_id=found.pk), subject=found, actor=actor, at=now)
    return minutes


@transaction.atomic
def reopen_minutes(*, actor: User, gathering: Gathering, reason: str) -> Minutes:
    """Signed minutes become a draft again, with a reason. Raises `NotAllowed`, `Conflict`, `Invalid`."""
    found = _writable(actor, gathering)
    words = clean_text(reason)[:200]
    if not words:
        raise Invalid(_("请写为什么要改。"), field="reason")
    minutes = Minutes.objects.select_for_update().filter(gathering=found, signed_at__isnull=False).first()
    if minutes is None:
        raise Conflict(_("记录还没有签发，可以直接改。"), code="not_signed")
    minutes.signed_by = minutes.signed_at = None
    minutes.save(update_fields=["signed_by", "signed_at"])
    record(MinutesReopened(gathering_id=found.pk), subject=found, actor=actor, text=words)
    return minutes


def add_photo(*, actor: User, gathering: Gathering, file: "UploadedFile[bytes]") -> Photo:
    """Takes a photo into the minutes. Raises `NotAllowed`, `Conflict`, `Invalid` (field "photos")."""
    with transaction.atomic():
        found = _writable(actor, gathering)
        _require_draft(found)
        if found.photos.count() >= MOST_PHOTOS:
            raise Invalid(_("最多放{most}张照片。").format(most=MOST_PHOTOS), code="too_many", field="photos")
        photo = accept_upload(actor=actor, file=file, purpose=PHOTO_PURPOSE)
        GatheringPhoto.objects.create(gathering=found, photo=photo)
    return photo


@transaction.atomic
def remove_photo(*, actor: User, gathering: Gathering, photo: UUID) -> None:
    """Takes a photo out of the minutes; nothing where it is not there. Raises `NotAllowed`, `Conflict`."""
    found = _writable(actor, gathering)
    _require_draft(found)
    shown = found.photos.select_related("photo").filter(photo_id=photo).first()
    if shown is not None:
        picture = shown.photo
        shown.delete()
        delete_photo(photo=picture)


def _writable(actor: User, gathering: Gathering) -> Gathering:
    found = held_gathering(gathering)
    require_officer(actor, found.organisation)
    if found.state not in (GatheringState.OPEN, GatheringState.CLOSED):
        raise Conflict(_("开始签到以后才能写记录。"), code="not_open")
    return found


def _require_draft(gathering: Gathering) -> None:
    if Minutes.objects.filter(gathering=gathering, signed_at__isnull=False).exists():
        raise Conflict(_("记录已经签发，要改请先重新打开。"), code="minutes_signed")
