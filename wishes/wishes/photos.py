"""Photos of wishes: who may see them, and what their owner hears when one could not be used."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.notifications.registry import notice_kind
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import handles
from portal.photos.events import PhotoRefused
from portal.photos.models import Photo
from portal.photos.policies import Viewer, register_photo_policy
from portal.photos.services import delete_photo
from wishes.wishes.models import Wish, WishPhoto

PHOTO_PURPOSE = "wishes.wish"
# Photos of a step that was begun and left; nobody comes back to a form after so long.
UNUSED_AFTER = timedelta(days=2)

PHOTO_REFUSED = notice_kind(
    "wishes.photo_refused",
    label=_("有一张照片用不了"),
    title=_("有一张照片打不开"),
    body=_("“{title}”里有一张照片没有传完整，请重新拍一张或换一张。"),
    channels=("inbox",),
)


def may_see_wish_photo(user: Viewer, photo: Photo) -> bool:
    """Its owner, and whoever may see the wish it belongs to; one that belongs to none is its owner's alone."""
    if user.pk is not None and user.pk == photo.owner_id:
        return True
    return Wish.objects.visible_to(user).filter(photos__photo=photo).exists()


register_photo_policy(PHOTO_PURPOSE, may_see_wish_photo)


@handles(PhotoRefused, name="wishes.tell_of_refused_photo")
def on_photo_refused(event: Event, payload: PhotoRefused) -> None:
    """Whoever sent the photo hears that it could not be used, as long as it belongs to a wish."""
    if payload.purpose != PHOTO_PURPOSE:
        return
    shown = WishPhoto.objects.filter(photo_id=UUID(payload.photo)).select_related("wish", "photo").first()
    if shown is None:
        return
    notify(
        event=event,
        kind=PHOTO_REFUSED.key,
        recipients=[shown.photo.owner_id],
        params={"title": shown.wish.title},
        url=shown.wish.get_absolute_url(),
    )


def forget_unused_photos(*, now: datetime | None = None) -> int:
    """Removes photos that were sent for a wish but never became part of one; returns how many."""
    before = (now or timezone.now()) - UNUSED_AFTER
    unused = list(Photo.objects.filter(purpose=PHOTO_PURPOSE, wish_photo=None, created_at__lt=before)[:500])
    for photo in unused:
        delete_photo(photo=photo)
    return len(unused)
