"""Answering "where": the grid one works in or lives in, the one a phone stands in, or a search by name."""

from django.utils.translation import gettext_lazy as _

from grids.incidents.domain import COLLECTOR_ROLES
from grids.incidents.forms import Choices, Words
from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import held_by, home_of
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.services import locate_grid
from portal.accounts.models import User

# Beyond this a list of buildings is too long for a phone, and grids alone are offered.
MOST_CHOICES = 150


def starting_place(member: User, code: str) -> Territory | None:
    """The community or grid the page starts from: chosen in the address, where one works, where one lives."""
    places = Territory.objects.at(Level.COMMUNITY, Level.GRID, Level.BUILDING).defer("boundary")
    if code.isascii() and code.isdecimal():
        found: Territory | None = places.filter(code=code).first()
        if found is not None:
            return found
    roles = HANDLER_ROLES | COLLECTOR_ROLES
    near = [held for held in held_by(member) if held.role in roles and held.level >= Level.COMMUNITY]
    if near:
        deepest = max(near, key=lambda held: held.level)
        work: Territory | None = places.filter(pk=deepest.territory_id).first()
        return work
    home = home_of(member)
    return home[-1] if home and home[-1].level >= Level.COMMUNITY else None


def place_choices(start: Territory | None) -> Choices:
    """The grids of the community with their buildings, the community itself first; nothing where there is no start."""
    community = start.ancestor_at(Level.COMMUNITY) if start is not None else None
    if community is None:
        return []
    below = Territory.objects.under(community).at(Level.GRID, Level.BUILDING).defer("boundary").order_by("path")
    found = list(below[: MOST_CHOICES + 1])
    if len(found) > MOST_CHOICES:
        found = list(below.filter(level=Level.GRID)[:MOST_CHOICES])
    unknown: list[tuple[str, Words]] = [(str(community.code), _("说不清在哪个网格"))]
    groups: Choices = [(community.name, unknown)]
    for place in found:
        if place.level == Level.GRID:
            groups.append((place.name, [(str(place.code), place.name)]))
        else:
            groups[-1][1].append((str(place.code), place.name))
    return groups


def place_of(point: tuple[float, float] | None, chosen: str) -> Territory | None:
    """The grid at the point, unless the building or grid chosen from the list lies within it; else what was chosen."""
    found: Territory | None = Territory.objects.filter(code=chosen).defer("boundary").first()
    grid = locate_grid(*point) if point is not None else None
    if grid is None:
        return found
    return found if found is not None and grid.covers(found) else grid
