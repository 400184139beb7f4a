"""What a drawing overlaps and what it leaves open is told before it is saved."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from grids.roles.domain import Role
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, GridFactory, square
from tests.portal.accounts.factories import enter

pytestmark = pytest.mark.django_db
SIZE = 0.002


@pytest.fixture
def client() -> Client:
    return enter(Client(), make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory()), second_factor=True)


def check(client: Client, drawing: Any, **where: int) -> Any:
    return client.post(reverse("admin:grids_grid_check"), {"boundary": json.dumps(drawing), **where}).json()


def test_an_overlap_is_shown_and_named(client: Client) -> None:
    GridFactory(name="西网格", boundary=square(118.7, 32.0))
    grid = GridFactory()
    found = check(client, square(118.701, 32.0), grid=grid.grid.pk)
    assert "和“西网格”重叠约" in found["words"][0]
    assert found["overlaps"][0]["type"] == "Polygon"
    assert check(client, square(118.702, 32.0), grid=grid.grid.pk)["words"] == []


def test_a_boundary_from_another_map_is_moved_when_it_is_saved(client: Client) -> None:
    grid = GridFactory(boundary=square(118.8, 32.1))
    given = {"name": grid.name, "household_count": 1, "boundary": json.dumps(square(118.7, 32.0)), "datum": "gcj02"}
    assert client.post(reverse("admin:grids_grid_change", args=[grid.grid.pk]), given).status_code == 302
    grid.refresh_from_db()
    west = min(point[0] for point in grid.boundary["coordinates"][0])
    assert 118.69 < west < 118.699
    unchanged = {**given, "boundary": json.dumps(grid.boundary), "boundary_is_illustrative": "on"}
    assert client.post(reverse("admin:grids_grid_change", args=[grid.grid.pk]), unchanged).status_code == 302
    grid.refresh_from_db()
    assert grid.boundary_is_illustrative
    assert min(point[0] for point in grid.boundary["coordinates"][0]) == west


def test_a_hole_in_the_net_is_shown(client: Client) -> None:
    community = CommunityFactory()
    for x, y in [(0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2)]:
        GridFactory(boundary=square(118.7 + x * SIZE, 32.0 + y * SIZE))
    found = check(client, square(118.7 + 2 * SIZE, 32.0 + 2 * SIZE), community=community.pk)
    assert "不归谁管" in found["words"][0]
    assert len(found["holes"]) == 1


def test_what_cannot_be_read_is_said_and_other_places_are_not_looked_at(client: Client) -> None:
    grid = GridFactory(community=CommunityFactory(code="120101001001"))
    assert client.post(reverse("admin:grids_grid_check"), {"grid": grid.grid.pk}).status_code == 404
    own = GridFactory()
    assert check(client, {"type": "Point"}, grid=own.grid.pk)["words"][0].startswith("边界要是一个面")
