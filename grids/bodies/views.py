"""The bodies that take part in a place, for everybody to see."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from grids.bodies.domain import BodyKind
from grids.bodies.queries import acting_for, bodies_at, staff_of_units
from grids.territory.domain import Level
from grids.territory.models import Territory


@require_safe
def bodies_of_place(request: HttpRequest, code: str) -> HttpResponse:
    """Teams, social organisations, co-building units and Party organisations of a street, community or grid."""
    place: Territory | None = Territory.objects.filter(code=code).defer("boundary").first()
    if place is None or place.level not in (Level.STREET, Level.COMMUNITY, Level.GRID):
        raise Http404
    bodies = sorted(bodies_at(place), key=lambda body: list(BodyKind).index(BodyKind(body.kind)))
    staff = staff_of_units(body.pk for body in bodies)
    groups = [
        (str(BodyKind(kind).label), [(body, staff.get(body.pk, [])) for body in found])
        for kind, found in groupby(bodies, key=lambda body: body.kind)
    ]
    mine = {body.pk for body in acting_for(request.user)}
    return render(request, "grids/bodies/list.html", {"place": place, "groups": groups, "mine": mine})
