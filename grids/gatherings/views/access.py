"""Finding the organisation or gathering a page is about: what the person may not see does not exist for them."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from grids.cells.models import PartyOrganisation
from grids.gatherings.models import Gathering
from grids.gatherings.policies import may_look, may_organise, may_see
from portal.accounts.models import User


def person_of(request: HttpRequest) -> User:
    """Who asks, on a page behind the login."""
    assert isinstance(request.user, User)
    return request.user


def organisation_or_404(user: User, pk: int) -> PartyOrganisation:
    """An organisation whose gatherings this person sees. Raises Http404."""
    rows = PartyOrganisation.objects.select_related("territory").defer("territory__boundary")
    found = get_object_or_404(rows, pk=pk)
    if not may_look(user, found):
        raise Http404
    return found


def gathering_or_404(user: User, pk: int) -> Gathering:
    """A gathering this person sees, with its minutes where there are any. Raises Http404."""
    found = get_object_or_404(Gathering.objects.with_organisation().select_related("minutes__signed_by"), pk=pk)
    if not may_see(user, found):
        raise Http404
    return found


def organised_or_403(user: User, pk: int) -> Gathering:
    """A gathering this person is an officer of. Raises Http404, PermissionDenied with the reason."""
    found = gathering_or_404(user, pk)
    if not may_organise(user, found.organisation):
        raise PermissionDenied(_("只有这个党组织的班子和社区工作人员可以安排。"))
    return found
