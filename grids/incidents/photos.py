"""Photos of incidents: who may see them, and what becomes of those nobody used."""

from datetime import datetime, timedelta

from django.utils import timezone

from grids.incidents.domain import SETTLED_STATES, PhotoRole
from grids.incidents.models import IncidentPhoto
from grids.incidents.policies import is_reporter, knows_particulars
from grids.incidents.services.pictures import PHOTO_PURPOSE
from portal.photos.models import Photo
from portal.photos.policies import Viewer, register_photo_policy
from portal.photos.services import delete_photo

# Photos of a form that was begun and left; nobody comes back to it after so long.
UNUSED_AFTER = timedelta(days=2)


def may_see_incident_photo(user: Viewer, photo: Photo) -> bool:
    """Its owner and staff of the place at any time; everybody once it is verified and the verifier let them be shown.

    Whoever reported it sees, once it is done, what was done. One that belongs to no incident is its owner's alone.
    """
    if user.pk is not None and user.pk == photo.owner_id:
        return True
    shown = IncidentPhoto.objects.select_related("incident").filter(photo=photo).first()
    if shown is None:
        return False
    incident = shown.incident
    if incident.shows_photos and incident.state in SETTLED_STATES:
        return True
    if knows_particulars(user, incident):
        return True
    return shown.role == PhotoRole.AFTER and incident.state in SETTLED_STATES and is_reporter(user, incident)


register_photo_policy(PHOTO_PURPOSE, may_see_incident_photo)


def forget_unused_photos(*, now: datetime | None = None) -> int:
    """Removes photos that were sent for an incident but never became part of one; returns how many."""
    before = (now or timezone.now()) - UNUSED_AFTER
    unused = list(Photo.objects.filter(purpose=PHOTO_PURPOSE, incident_photo=None, created_at__lt=before)[:500])
    for photo in unused:
        delete_photo(photo=photo)
    return len(unused)
