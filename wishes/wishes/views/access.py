"""Finding the wish a page is about, for the person who asks: what they may not see does not exist for them."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.expressions import BaseExpression
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, QueryDict

from portal.accounts.models import User
from wishes.wishes.domain import HandoverState
from wishes.wishes.handling.handover import remember_no_handover
from wishes.wishes.models import Extension, Handover, Wish
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


def wish_or_404(viewer: Viewer, number: str) -> Wish:
    """The wish of this number with everything its page shows of it. Raises Http404 for what the viewer may not see."""
    wishes = Wish.objects.visible_to(viewer).exclude(number="")
    related = (
        "author",
        "entered_by",
        "category",
        "territory",
        "community",
        "responsible",
        "claimant",
        "duplicate_of",
        "source",
    )
    wishes = wishes.select_related(*related, *panels.related())
    wishes = wishes.annotate(**panels.annotations_for(viewer), **_asked_by_policies())
    found = wishes.defer("territory__boundary", "community__boundary").filter(number=number).first()
    if found is None:
        raise Http404
    if not found.__dict__["has_open_handover"]:
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
