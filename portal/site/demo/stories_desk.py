"""The desk of the demo's community worker: views she keeps, and a photo in which a number plate was covered."""

from datetime import datetime, timedelta

from portal.accounts.models import User
from portal.outbox.services import drain
from portal.photos.domain import Box
from wishes.desk.redaction import cover_photo, report_photo
from wishes.desk.services import save_view
from wishes.wishes.models import Wish, WishPhoto
from wishes.wishes.querysets import is_public

PLATE = Box(left=380, top=600, width=240, height=120)


def arrange_desk(people: dict[str, User], *, now: datetime) -> None:
    """Views of 陈晓雨, one of them shared; a neighbour's word about a photo, and the photo covered."""
    worker = people["陈晓雨"]
    save_view(actor=worker, name="超时的先办", query="show=late", pinned=True)
    save_view(actor=worker, name="独居老人", query="group=solitary_elder", shared=True)
    save_view(actor=worker, name="代录的", query="paper=1")
    public = Wish.objects.handled_by(worker).filter(is_public())
    shown = WishPhoto.objects.filter(wish__in=public).select_related("wish", "photo").order_by("id").first()
    if shown is not None:
        report_photo(actor=people["何小军"], shown=shown, reason="plate", at=now - timedelta(hours=20))
        cover_photo(actor=worker, shown=shown, boxes=[PLATE], at=now - timedelta(hours=18))
        drain()
