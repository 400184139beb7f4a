"""Where a person belongs on the portal: the community they live in, or the place they work for."""

from dataclasses import dataclass

from grids.roles.domain import STAFF_ROLES, Held, Role
from grids.roles.models import Residency
from grids.roles.queries import held_by, residency_of
from grids.territory.domain import Level, ancestor_paths
from grids.territory.models import Territory
from portal.accounts.models import User

_CACHE = "_site_place"


@dataclass(frozen=True)
class Place:
    """A person's places by level, the residency they come from, and the staff role that shows in the rail, if any."""

    by_level: dict[Level, Territory]
    residency: Residency | None = None
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
    """Two queries, remembered on the user object. Staff see the widest place they work for, residents their home."""
    if user is None:
        return Place({})
    known: Place | None = user.__dict__.get(_CACHE)
    if known is None:
        known = user.__dict__[_CACHE] = _find(user)
    return known


def _find(user: User) -> Place:
    offices = sorted((held for held in held_by(user) if held.role in STAFF_ROLES), key=lambda held: held.level)
    if offices:
        return Place(_line(offices[0].path), staff=offices[0])
    if not any(held.role == Role.RESIDENT for held in held_by(user)):
        return Place({})
    residency = residency_of(user)
    if residency is None:
        return Place({})
    return Place(_line(str((residency.building or residency.community).path)), residency=residency)


def _line(path: str) -> dict[Level, Territory]:
    places = Territory.objects.filter(path__in=ancestor_paths(path)).defer("boundary")
    return {Level(place.level): place for place in places}
