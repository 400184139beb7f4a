"""Answering "where": the community one lives in, the grid one stands in, or a search by name."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import held_by, residency_of
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.numbers import place_by_code
from grids.territory.services import locate_grid
from portal.accounts.models import User
from wishes.wishes.models import Wish

MAX_FOUND = 20


def chosen_place(request: HttpRequest, member: User, draft: Wish | None) -> Territory | None:
    """The community or grid the page starts from: chosen in the address, of the draft, or where the author lives.

    A cadre who writes for a resident starts from where the cadre works: where the resident lives is for them to say.
    """
    code = request.GET.get("place", "") or request.GET.get("grid", "")
    if code.isascii() and code.isdecimal():
        found = place_by_code(code, Level.COMMUNITY, Level.GRID)
        if found is not None:
            return found
    if "search" in request.GET:
        return None
    if draft is not None and draft.territory is not None:
        return draft.territory
    if draft is not None and draft.entered_by_id == member.pk:
        return _place_of_work(member)
    residency = residency_of(member)
    if residency is None:
        return None
    home: Territory = residency.place
    return home.ancestor_at(Level.GRID) or home.ancestor_at(Level.COMMUNITY)


def _place_of_work(member: User) -> Territory | None:
    near = [held for held in held_by(member) if held.role in HANDLER_ROLES and held.level >= Level.COMMUNITY]
    if not near:
        return None
    found: Territory | None = Territory.objects.defer("boundary").filter(pk=near[0].territory_id).first()
    return found


def grid_choices(place: Territory | None) -> list[tuple[str, str | Promise]]:
    """The grids of the community the place stands in, the community itself first."""
    community = place.ancestor_at(Level.COMMUNITY) if place else None
    if community is None:
        return []
    grids = Territory.objects.children_of(community).at(Level.GRID).living().defer("boundary").order_by("path")
    return [(community.code, _("说不清，请社区来分")), *((grid.code, grid.name) for grid in grids)]


def located(data: QueryDict) -> Territory | None:
    """The grid around the point a phone has told. The point itself is used for this and kept nowhere."""
    try:
        longitude, latitude = float(data.get("longitude", "")), float(data.get("latitude", ""))
    except ValueError:
        return None
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return None
    return locate_grid(longitude, latitude)


@dataclass
class PlaceSearch:
    """Communities by part of their name."""

    request: HttpRequest

    @cached_property
    def words(self) -> str:
        return self.request.GET.get("q", "").strip()[:40]

    @cached_property
    def asked(self) -> bool:
        """Whether somebody wants another community."""
        return "search" in self.request.GET or bool(self.words)

    @cached_property
    def found(self) -> list[Territory]:
        """Communities with these words in their name, with the street each belongs to."""
        if len(self.words) < 2:
            return []
        communities = Territory.objects.named_like(self.words).at(Level.COMMUNITY).defer("boundary")
        return list(communities.order_by("path")[:MAX_FOUND])
