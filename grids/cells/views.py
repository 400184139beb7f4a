"""The Party organisations of a place, and one of them, for everybody to see; its leaders for those concerned."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from grids.cells.domain import OrganisationKind
from grids.cells.policies import may_see_leaders
from grids.cells.queries import MOST, above, as_tree, leaders_of, organisations_at, staff_of, with_parents
from grids.territory.domain import Level
from grids.territory.models import Territory

SHOWN_LEVELS = (Level.STREET, Level.COMMUNITY, Level.GRID)


def place_or_404(code: str) -> Territory:
    """The street, community or grid with this code. Raises Http404."""
    place: Territory | None = Territory.objects.filter(code=code).defer("boundary").first()
    if place is None or place.level not in SHOWN_LEVELS:
        raise Http404
    return place


@require_safe
def organisations_of_place(request: HttpRequest, code: str) -> HttpResponse:
    """The organisations of a street, community or grid as a tree, those of units and industries beside them."""
    place = place_or_404(code)
    found = organisations_at(place)
    groups = [(kind.label, as_tree(one for one in found if one.kind == kind)) for kind in OrganisationKind]
    context = {
        "place": place,
        "groups": [(label, tree) for label, tree in groups if tree],
        "more": len(found) == MOST,
    }
    return render(request, "grids/cells/list.html", context)


@require_safe
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: what it is, where, what stands above and below it."""
    found = get_object_or_404(with_parents().filter(is_active=True).defer("territory__boundary"), pk=pk)
    below = found.children.filter(is_active=True).select_related("territory").defer("territory__boundary")
    sees = may_see_leaders(request.user, found)
    context = {
        "organisation": found,
        "place": found.territory,
        "back_code": str(found.territory.code)[:15],
        "above": above(found),
        "below": list(below.order_by("rank", "territory__path", "name", "id")[:MOST]),
        "staff": staff_of(found),
        "sees_leaders": sees,
        "leaders": leaders_of(found) if sees else [],
    }
    return render(request, "grids/cells/organisation.html", context)
