"""Photos of an incident: as it was found, and after it was handled."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from grids.incidents.domain import PhotoRole
from grids.incidents.limits import PHOTOS_MAX
from grids.incidents.models import Incident, IncidentPhoto
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.photos.models import Photo

PHOTO_PURPOSE = "grids.incident"


def add_photos(incident: Incident, photos: Sequence[Photo], *, actor: User, role: PhotoRole) -> None:
    """Puts unused photos of the actor to a locked incident. Raises `Invalid` (field "photos"), `NotAllowed`."""
    if any(photo.owner_id != actor.pk or photo.purpose != PHOTO_PURPOSE for photo in photos):
        raise NotAllowed(_("只能用自己传的照片。"))
    if photos and IncidentPhoto.objects.filter(photo__in=photos).exists():
        raise Conflict(_("这张照片已经用过了。"), code="photo_used")
    if len(photos) > PHOTOS_MAX:
        raise Invalid(_("最多放{most}张照片。").format(most=PHOTOS_MAX), code="too_many", field="photos")
    for photo in photos:
        IncidentPhoto.objects.create(incident=incident, photo=photo, role=role, round=incident.reopen_count)
