"""Where a person belongs on the portal: the community they live in, or the place they work for."""

from dataclasses import dataclass

from django.db.models import Q, Subquery
from django.db.models.functions import Substr

from grids.roles.domain import STAFF_ROLES, Held, ResidencyStatus, Role
from grids.roles.models import Residency
from grids.roles.queries import held_by
from grids.territory.domain import STEP, Level, ancestor_paths
from grids.territory.models import Territory
from portal.accounts.models import User

_CACHE = "_site_place"


@dataclass(frozen=True)
class Place:
    """A person's places by level, and the staff role they follow from, if it is not their residency."""

    by_level: dict[Level, Territory]
    staff: Held | None = None

    @property
    def community(self) -> Territory | None:
        """The community lived in, or worked in."""
        return self.by_level.get(Level.COMMUNITY)

    @property
    def grid(self) -> Territory | None:
        """The grid lived in, or worked in, where it is known."""
        return self.by_level.get(Level.GRID)

    @property
    def nearest(self) -> Territory | None:
        """The narrowest of the places, which is the one to look inherited settings up from."""
        return self.by_level[max(self.by_level)] if self.by_level else None

    @property
    def workplace(self) -> Territory | None:
        """The place the staff role is held in."""
        return self.by_level.get(self.staff.level) if self.staff else None


def place_of(user: User | None) -> Place:
    """Staff see the widest place they work for, residents their home. One query beside that of the roles, remembered
    on the user object.
    """
    if user is None:
        return Place({})
    known: Place | None = user.__dict__.get(_CACHE)
    if known is None:
        known = user.__dict__[_CACHE] = _find(user)
    return known


def _find(user: User) -> Place:
    offices = sorted((held for held in held_by(user) if held.role in STAFF_ROLES), key=lambda held: held.level)
    if offices:
        return Place(_places(Q(path__in=ancestor_paths(offices[0].path))), staff=offices[0])
    home = next((held for held in held_by(user) if held.role == Role.RESIDENT), None)
    if home is None:
        return Place({})
    # A residency may name a building or a grid; the grid is the part of its path down to that level.
    at = Residency.objects.filter(user=user, status=ResidencyStatus.APPROVED, community_id=home.territory_id)
    grid = at.values(grid=Substr("building__path", 1, STEP * Level.GRID))[:1]
    return Place(_places(Q(path__in=ancestor_paths(home.path)) | Q(path=Subquery(grid))))


def _places(condition: Q) -> dict[Level, Territory]:
    places = Territory.objects.filter(condition).defer("boundary")
    return {Level(place.level): place for place in places}
