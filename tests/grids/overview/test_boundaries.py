"""What is wrong with the outlines of a community, told without changing any."""

import pytest
from django.test import Client
from django.urls import reverse

from grids.overview.boundaries import check_net
from grids.roles.domain import Role
from grids.territory.models import Territory
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import CommunityFactory, GridFactory
from tests.portal.accounts.factories import enter_as_staff

pytestmark = pytest.mark.django_db
SIDE = 0.002


def block(column: float, row: float) -> dict[str, object]:
    west, south = 118.7 + column * SIDE, 32.0 + row * SIDE
    east, north = west + SIDE, south + SIDE
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def test_overlaps_holes_and_what_is_not_drawn() -> None:
    """Eight grids around a place that is nobody's, one more over the edge of the first, one that is not drawn."""
    community = CommunityFactory()
    for column, row in ((0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2)):
        GridFactory(community=community, name=f"{column}-{row}", boundary=block(column, row))
    assert [fault.area for fault in check_net(community).faults] == [pytest.approx(42_000, rel=0.05)]
    # Past the service, which would refuse it.
    GridFactory(community=community, name="压线", boundary=block(-0.5, -0.5))
    GridFactory(community=community, name="没画")
    found = check_net(community)
    assert [fault.words for fault in found.faults] == ["“0-0”和“压线”重叠", "网格之间的空地，不归谁管"]
    assert [grid.name for grid in found.undrawn] == ["没画"]
    before = list(Territory.objects.values_list("pk", "boundary"))
    client = enter_as_staff(Client(), make_staff(Role.COMMUNITY_SECRETARY, community))
    page = client.get(reverse("overview_boundaries", args=[community.code])).content.decode()
    assert all(words in page for words in ("压线", "没画", "不归谁管"))
    assert list(Territory.objects.values_list("pk", "boundary")) == before


def test_a_sound_net_says_so() -> None:
    community = CommunityFactory()
    for column in range(3):
        GridFactory(community=community, boundary=block(column, 0))
    system = enter_as_staff(Client(), make_staff(Role.SYSTEM_ADMINISTRATOR, community))
    assert "边界没有问题" in system.get(reverse("overview_boundaries", args=[community.code])).content.decode()
    # The way there: from the list of grids in admin, and from the community's own page.
    check = reverse("overview_boundaries", args=[community.code])
    for page in (reverse("admin:grids_grid_changelist"), reverse("admin:grids_territory_change", args=[community.pk])):
        assert f'href="{check}"' in system.get(page).content.decode()
