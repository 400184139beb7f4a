"""Finding what a page of visits is about, for the person who asks: what they may not see does not exist for them."""

from django.http import Http404

from grids.pairing.models import Household
from grids.visits.models import Visit
from grids.visits.policies import may_see, may_visit
from portal.accounts.models import User


def household_for(user: User, pk: int) -> Household:
    """A household this person visits. Raises Http404."""
    rows = Household.objects.select_related("building", "due").defer("building__boundary")
    found = rows.filter(pk=pk).first()
    if found is None or not may_visit(user, found):
        raise Http404
    return found


def visit_for(user: User, pk: int) -> Visit:
    """A visit of which this person may know. Raises Http404."""
    rows = Visit.objects.select_related("household__building", "building", "visitor", "led_to__incident__category")
    found = rows.defer("household__building__boundary", "building__boundary").filter(pk=pk).first()
    if found is None or not may_see(user, found):
        raise Http404
    return found
