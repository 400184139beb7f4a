"""What the desk shows on the pages of wishes."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from wishes.desk.models import PhotoReport
from wishes.desk.redaction import may_cover
from wishes.wishes.domain import State
from wishes.wishes.models import Wish
from wishes.wishes.views.panels import Panel, Slot, panel, read_for


@read_for
def photos_to_look_at(user: User | AnonymousUser) -> dict[str, Any]:
    """For staff, whether somebody said something of the photos of a wish, read together with it."""
    if not holds_anywhere(user, HANDLER_ROLES):
        return {}
    reports = PhotoReport.objects.filter(photo__wish=OuterRef("pk"), settled_at=None)
    return {"has_photo_reports": Exists(reports)}


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
