"""What the desk shows on the pages of wishes."""

from django.http import HttpRequest

from portal.panels import Panel
from wishes.desk.redaction import may_cover
from wishes.wishes.domain import State
from wishes.wishes.models import Wish
from wishes.wishes.views.panels import Known, Slot, panel, read_with_page

# For staff, whether somebody said something of the photos of the wish.
_REPORTED = """
EXISTS (
    SELECT 1 FROM wishes_photoreport r JOIN wishes_wishphoto p ON p.id = r.photo_id
    WHERE p.wish_id = w.id AND r.settled_at IS NULL
)
"""
read_with_page(Known("has_photo_reports", _REPORTED, for_staff=True))


@panel(Slot.BELOW, position=80)
def photos(request: HttpRequest, wish: Wish) -> Panel | None:
    """For staff the way to cover photos, urged before publication; for others the way to say that one should be."""
    if not getattr(wish, "has_photos", False) or not request.user.is_authenticated:
        return None
    covers = may_cover(request.user, wish)
    context = {
        "wish": wish,
        "covers": covers,
        "first": covers and wish.state in (State.SUBMITTED, State.VERIFYING),
        "reported": covers and getattr(wish, "has_photo_reports", False),
    }
    return Panel("wishes/desk/photos_panel.html", context)
