"""Which place a page of pairing is about, for the person who asks: what they do not watch does not exist for them."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from grids.pairing.policies import handles, may_watch, watched_paths
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User

LEVELS = (Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID)


def person(request: HttpRequest) -> User:
    """Who asks, on a page behind the login."""
    assert isinstance(request.user, User)
    return request.user


def chosen_place(user: User, code: str) -> Territory:
    """The place with this code, or the first of the person's own. Raises PermissionDenied for who watches none,
    Http404 for a place they do not watch."""
    paths = watched_paths(user)
    if not paths:
        raise PermissionDenied(_("这里是社区和街道工作人员看结对的地方。"))
    places = Territory.objects.at(*LEVELS).defer("boundary")
    found: Territory | None = None
    if not code:
        found = places.filter(path__in=paths).order_by("path").first()
    elif code.isascii() and code.isdecimal():
        found = places.filter(code=code[:18]).first()
    if found is None or not may_watch(user, found):
        raise Http404
    return found


def handled_place(user: User, code: str) -> Territory:
    """The same, for pages that name households and members: only for those who handle there."""
    place = chosen_place(user, code)
    if not handles(user, place):
        raise PermissionDenied(_("住户和党员的名单只给这里的工作人员看。"))
    return place
