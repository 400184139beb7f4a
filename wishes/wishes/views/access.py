"""Finding the wish a page is about, for the person who asks: what they may not see does not exist for them."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, QueryDict

from portal.accounts.models import User
from wishes.wishes.models import Wish
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
    wishes = wishes.select_related(*related, *panels.related()).annotate(**panels.annotations_for(viewer))
    found = wishes.defer("territory__boundary", "community__boundary").filter(number=number).first()
    if found is None:
        raise Http404
    return found


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where the page was only asked for."""
    return request.POST if request.method == "POST" else None
