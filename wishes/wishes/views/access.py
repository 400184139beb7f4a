"""Finding the wish a page is about, for the person who asks: what they may not see does not exist for them."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, QueryDict

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from wishes.wishes.handling.handover import remember_no_handover
from wishes.wishes.models import Wish
from wishes.wishes.policies import can_read
from wishes.wishes.views.reading import read_wish, read_wish_of_key

Viewer = User | AnonymousUser


def viewer_of(request: HttpRequest) -> Viewer:
    """Who asks, typed."""
    return request.user


def member_of(request: HttpRequest) -> User:
    """Who asks on a page that stands behind the login. Raises TypeError where it does not."""
    if not isinstance(request.user, User):
        raise TypeError("This page stands behind the login")
    return request.user


def wish_or_404(viewer: Viewer, number: str, *, dressed: bool = True) -> Wish:
    """The wish of this number. Raises Http404 for what the viewer may not see.

    `dressed`: with everything its own page shows of it.
    """
    found = read_wish(number, viewer, dressed=dressed, for_staff=holds_anywhere(viewer, HANDLER_ROLES))
    if found is None or not can_read(viewer, found):
        raise Http404
    return _without_asking_again(found)


def wish_for_programs(viewer: Viewer, key: int) -> Wish:
    """The wish with this key, which the viewer was found to see, with everything its own page shows of it."""
    found = read_wish_of_key(key, viewer, for_staff=holds_anywhere(viewer, HANDLER_ROLES))
    if found is None:
        raise Http404
    return _without_asking_again(found)


def _without_asking_again(wish: Wish) -> Wish:
    if not wish.__dict__.get("has_open_handover"):
        remember_no_handover(wish)
    return wish


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where the page was only asked for."""
    return request.POST if request.method == "POST" else None
