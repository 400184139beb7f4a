"""Photos of visits: who may see them, and what becomes of those nobody used."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.visits.domain import PHOTOS_MOST
from grids.visits.models import Visit, VisitPhoto
from grids.visits.policies import may_read
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.photos.models import Photo
from portal.photos.policies import Viewer, register_photo_policy
from portal.photos.services import delete_photo

PHOTO_PURPOSE = "grids.visit"
# Those that belong to nothing yet.
UNUSED = Q(visit_photo=None)
# Photos of a form that was begun and left; nobody comes back to it after so long.
UNUSED_AFTER = timedelta(days=2)


def may_see_visit_photo(user: Viewer, photo: Photo) -> bool:
    """Its owner, and the staff near by."""
    if user.pk is not None and user.pk == photo.owner_id:
        return True
    shown = VisitPhoto.objects.select_related("visit__building").filter(photo=photo).first()
    return shown is not None and may_read(user, shown.visit)


register_photo_policy(PHOTO_PURPOSE, may_see_visit_photo)


def put_to(visit: Visit, photos: Sequence[Photo], *, actor: User) -> None:
    """Puts unused photos of the actor to a visit. Raises `Invalid` (field "photos"), `NotAllowed`, `Conflict`."""
    if any(photo.owner_id != actor.pk or photo.purpose != PHOTO_PURPOSE for photo in photos):
        raise NotAllowed(_("只能用自己传的照片。"))
    if len(photos) > PHOTOS_MOST:
        raise Invalid(_("最多放{most}张照片。").format(most=PHOTOS_MOST), code="too_many", field="photos")
    if photos and VisitPhoto.objects.filter(photo__in=photos).exists():
        raise Conflict(_("这张照片已经用过了。"), code="photo_used")
    VisitPhoto.objects.bulk_create(VisitPhoto(visit=visit, photo=photo) for photo in photos)


def forget_unused_photos(*, now: datetime | None = None) -> int:
    """Removes photos that were sent for a visit but never became part of one; returns how many."""
    before = (now or timezone.now()) - UNUSED_AFTER
    unused = list(Photo.objects.filter(UNUSED, purpose=PHOTO_PURPOSE, created_at__lt=before)[:500])
    for photo in unused:
        delete_photo(photo=photo)
    return len(unused)
