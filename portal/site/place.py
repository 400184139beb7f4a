"""Where a person belongs on the portal: the community they live in, or the place they work for."""

from collections.abc import Iterable
from dataclasses import dataclass

from grids.roles.domain import STAFF_ROLES, Held
from grids.roles.queries import held_by, home_of
from grids.territory.domain import Level, ancestor_paths
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
    if not offices:
        return Place(_by_level(home_of(user)))
    places = Territory.objects.filter(path__in=ancestor_paths(offices[0].path)).defer("boundary")
    return Place(_by_level(places), staff=offices[0])


def _by_level(places: Iterable[Territory]) -> dict[Level, Territory]:
    return {Level(place.level): place for place in places}
