"""Who hears what happens to photos."""

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import nearest_holders
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import handles
from wishes.desk.events import PhotoCovered, PhotoReported
from wishes.desk.models import PhotoReport
from wishes.desk.notices import PHOTO_COVERED, PHOTO_REPORTED
from wishes.desk.redaction import photos_url
from wishes.wishes.models import Wish, WishPhoto


@handles(PhotoReported, name="desk.tell_of_reported_photo")
def on_photo_reported(event: Event, payload: PhotoReported) -> None:
    """Whoever answers for the wish looks at the photo; where nobody does, the nearest staff."""
    wish = Wish.objects.select_related("territory").get(pk=payload.wish_id)
    report = PhotoReport.objects.filter(pk=payload.report_id).first()
    if report is None or wish.territory is None:
        return
    people = (
        [wish.responsible_id]
        if wish.responsible_id
        else [one.pk for one in nearest_holders(HANDLER_ROLES, wish.territory)]
    )
    params = {"title": wish.title, "what": report.get_reason_display()}
    notify(event=event, kind=PHOTO_REPORTED.key, recipients=people, params=params, url=photos_url(wish))


@handles(PhotoCovered, name="desk.tell_owner_of_covered_photo")
def on_photo_covered(event: Event, payload: PhotoCovered) -> None:
    """Whoever sent the photo hears that it was changed."""
    shown = WishPhoto.objects.select_related("photo", "wish").filter(pk=payload.photo_id).first()
    if shown is None or shown.photo.owner_id == event.actor_id:
        return
    notify(
        event=event,
        kind=PHOTO_COVERED.key,
        recipients=[shown.photo.owner_id],
        params={"title": shown.wish.title},
        url=shown.wish.get_absolute_url(),
    )
