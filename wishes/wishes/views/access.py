"""Finding the wish a page is about, for the person who asks: what they may not see does not exist for them."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Count, Exists, OuterRef, Subquery
from django.db.models.expressions import BaseExpression, RawSQL
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, QueryDict

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from grids.territory.reading import places_as_read
from portal.accounts.models import User
from wishes.wishes.domain import HandoverState
from wishes.wishes.handling.handover import remember_no_handover
from wishes.wishes.models import Extension, Handover, Wish
from wishes.wishes.policies import is_open_to_all
from wishes.wishes.views import panels

Viewer = User | AnonymousUser


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks, typed."""
    return request.user


def member_of(request: HttpRequest) -> User:
    """Who asks on a page that stands behind the login. Raises TypeError where it does not."""
    if not isinstance(request.user, User):
        raise TypeError("This page stands behind the login")
    return request.user


HAS_PHOTOS = "EXISTS (SELECT 1 FROM wishes_wishphoto p WHERE p.wish_id = wishes_wish.id)"
NOT_OF_CATEGORY = [
    f"category__{name}"
    for name in (
        *("kind", "urgency", "responsible_role", "is_gift", "needs_verification", "needs_moderation"),
        *("emergency_advice", "hint", "icon", "position"),
    )
]


def wish_or_404(viewer: Viewer, number: str, *, dressed: bool = True) -> Wish:
    """The wish of this number. Raises Http404 for what the viewer may not see.

    `dressed`: with everything its own page shows of it.
    """
    handles = holds_anywhere(viewer, HANDLER_ROLES)
    wishes = Wish.objects.exclude(number="").filter(number=number)
    wishes = wishes.with_surroundings(places=False)
    if dressed:
        has_photos = RawSQL(HAS_PHOTOS, (), BooleanField())  # noqa: S611 - nobody's words are in it
        wishes = wishes.annotate(has_photos=has_photos, **panels.annotations_for(viewer))
        wishes = wishes.select_related(*panels.related())
    if handles:
        wishes = wishes.annotate(**_asked_by_policies())
    # What a category says to who chooses it is no part of the page.
    wishes = wishes.defer(*NOT_OF_CATEGORY).order_by()
    # Most wishes are public, which their rows tell; only for others it is asked who may see them.
    found = None if handles else next(iter(wishes), None)
    if found is not None and not is_open_to_all(found):
        found = None
    if found is None and isinstance(viewer, User):
        found = next(iter(wishes.visible_to(viewer)), None)
    if found is None:
        raise Http404
    places = places_as_read([found.territory_id, found.community_id])
    found.territory, found.community = places.get(found.territory_id or 0), places.get(found.community_id or 0)
    if not found.__dict__.get("has_open_handover"):
        remember_no_handover(found)
    return found


def _asked_by_policies() -> dict[str, BaseExpression]:
    """What the policies of a page would else ask for one by one."""
    extensions = Extension.objects.filter(wish=OuterRef("pk")).order_by().values("wish").annotate(n=Count("pk"))
    return {
        "has_open_handover": Exists(Handover.objects.filter(wish=OuterRef("pk"), state=HandoverState.OPEN)),
        "times_extended": Coalesce(Subquery(extensions.values("n")), 0),
    }


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where the page was only asked for."""
    return request.POST if request.method == "POST" else None
