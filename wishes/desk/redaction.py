"""Photos of wishes that show what nobody should see: staff cover it, before publication or when somebody says so.

Photos become public with their wish. What is looked at first (categories with moderation, special groups) can be
covered before that; what is public at once can be covered at any time after, also when the wish is closed.
"""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record
from portal.photos.domain import WHOLE, Box
from portal.photos.redaction import covered_photo
from portal.photos.services import delete_photo
from wishes.desk.events import PhotoCovered, PhotoKept, PhotoReported
from wishes.desk.models import PhotoReport
from wishes.wishes.models import Wish, WishPhoto
from wishes.wishes.policies import is_handler
from wishes.wishes.services.steps import locked

COLUMNS, ROWS = 12, 9
"""The squares laid over a picture, of which those to be covered are ticked."""


def photos_url(wish: Wish) -> str:
    """The page on which the photos of a wish are looked over."""
    return reverse("desk_photos", kwargs={"number": wish.number})


def square(number: int) -> Box:
    """The square of this number, row by row from the top left, from 0. Raises ValueError beyond the last."""
    if not 0 <= number < COLUMNS * ROWS:
        raise ValueError(number)
    row, column = divmod(number, COLUMNS)
    left, top = column * WHOLE // COLUMNS, row * WHOLE // ROWS
    return Box(left, top, (column + 1) * WHOLE // COLUMNS - left, (row + 1) * WHOLE // ROWS - top)


def may_cover(user: User | AnonymousUser, wish: Wish) -> bool:
    """Staff of the place may cover parts of its photos, whatever state the wish is in."""
    return bool(is_handler(user, wish)) and bool(wish.number)


@transaction.atomic
def cover_photo(*, actor: User, shown: WishPhoto, boxes: Sequence[Box], at: datetime | None = None) -> WishPhoto:
    """Paint these parts of a photo over, for good; the first picture and all its sizes are removed.

    Raises `Invalid` (field "boxes"), `NotAllowed`, `Conflict` when the photo was taken off meanwhile.
    """
    now = at or timezone.now()
    wish = locked(shown.wish)
    _check(actor, wish)
    held = _held(wish, shown)
    first = held.photo
    held.photo = covered_photo(photo=first, boxes=boxes, at=now)
    held.save(update_fields=["photo"])
    delete_photo(photo=first)
    held.reports.filter(settled_at=None).update(settled_at=now, was_covered=True)
    event = PhotoCovered(wish_id=wish.pk, photo_id=held.pk, boxes=len(boxes))
    record(event, subject=wish, actor=actor, at=now)
    return held


@transaction.atomic
def keep_photo(*, actor: User, shown: WishPhoto, at: datetime | None = None) -> int:
    """Nothing needs covering: what was said of the photo is settled. Raises `NotAllowed`, `Conflict`."""
    now = at or timezone.now()
    wish = locked(shown.wish)
    _check(actor, wish)
    held = _held(wish, shown)
    count = held.reports.filter(settled_at=None).update(settled_at=now, was_covered=False)
    if count:
        record(PhotoKept(wish_id=wish.pk, photo_id=held.pk, reports=count), subject=wish, actor=actor, at=now)
    return count


@transaction.atomic
def report_photo(*, actor: User, shown: WishPhoto, reason: str, at: datetime | None = None) -> PhotoReport:
    """Tell staff that a photo shows what nobody should see; said twice by one person, it counts once.

    Raises `Invalid` (field "reason"), `NotAllowed` for a wish the person does not see.
    """
    now = at or timezone.now()
    if reason not in PhotoReport.Reason.values:
        raise Invalid(_("请选照片拍到了什么。"), code="required", field="reason")
    if not Wish.objects.visible_to(actor).filter(pk=shown.wish_id).exists():
        raise NotAllowed(_("这个心愿您看不到。"))
    wish = locked(shown.wish)
    held = _held(wish, shown)
    try:
        with transaction.atomic():
            report = PhotoReport.objects.create(photo=held, reporter=actor, reason=reason, created_at=now)
    except IntegrityError:
        return PhotoReport.objects.get(photo=held, reporter=actor, settled_at=None)
    event = PhotoReported(wish_id=wish.pk, photo_id=held.pk, report_id=report.pk)
    record(event, subject=wish, actor=actor, at=now)
    return report


def _check(actor: User, wish: Wish) -> None:
    if not may_cover(actor, wish):
        raise NotAllowed(_("只有负责这里的工作人员可以这样做。"))


def _held(wish: Wish, shown: WishPhoto) -> WishPhoto:
    """The photo as it is now; the row of its wish is held already. Raises `Conflict`."""
    held = WishPhoto.objects.select_related("photo").filter(wish=wish, pk=shown.pk).first()
    if held is None:
        raise Conflict(_("这张照片已经拿掉了。"), code="gone")
    return held
