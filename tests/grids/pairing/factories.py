"""A grid with households and members to look after them."""

from dataclasses import dataclass
from typing import Any

from grids.cells.models import PartyOrganisation
from grids.members.models import PartyMember
from grids.pairing.models import Household
from grids.roles.domain import Role
from grids.territory.models import Territory
from portal.accounts.models import User
from tests.grids.cells.factories import OrganisationFactory
from tests.grids.members.factories import make_member
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, GridFactory

# Some metres of 江心洲, for buildings in a row.
LONGITUDE, LATITUDE, STEP = 118.70, 32.01, 0.001


@dataclass
class Net:
    """A community with one grid, its committee and its worker."""

    community: Territory
    grid: Territory
    committee: PartyOrganisation
    worker: User

    def building(self, number: int = 0, **fields: object) -> Territory:
        """The building so many steps to the east."""
        given = {"grid": self.grid, "longitude": LONGITUDE + number * STEP, "latitude": LATITUDE, **fields}
        place: Territory = BuildingFactory(**given)
        return place

    def member(self, near: Territory | None = None, **fields: Any) -> PartyMember:
        """A confirmed member who sets out from there."""
        return make_member(self.committee, near=near, **fields)


def make_net(code: str = "320105004004") -> Net:
    """洲岛家园, unless told."""
    community: Territory = CommunityFactory(code=code)
    committee: PartyOrganisation = OrganisationFactory(territory=community)
    worker = make_staff(Role.COMMUNITY_WORKER, community)
    return Net(community, GridFactory(community=community), committee, worker)


def make_homes(building: Territory, count: int) -> list[Household]:
    """So many flats, by number."""
    return Household.objects.bulk_create(Household(building=building, door=f"{n + 101}") for n in range(count))
