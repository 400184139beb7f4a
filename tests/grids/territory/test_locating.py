"""Point → grid: right, fresh in every process, and no dearer with more grids."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from grids.territory import locating
from grids.territory.models import GridMapStamp, Territory
from grids.territory.services import grid_of, locate_grid
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, GridFactory, square

pytestmark = pytest.mark.django_db


def test_the_grid_at_a_point() -> None:
    west = GridFactory(boundary=square(118.700, 32.0))
    east = GridFactory(boundary=square(118.702, 32.0))
    assert locate_grid(118.701, 32.001) == west
    assert locate_grid(118.703, 32.001) == east
    assert locate_grid(118.702, 32.001) == min(west, east, key=lambda grid: str(grid.code)), "on the line"
    assert locate_grid(118.71, 32.001) is None


def test_a_map_is_rebuilt_only_when_a_boundary_changes() -> None:
    grid = GridFactory(boundary=square(118.7, 32.0))
    known = locating.grid_map()
    Territory.objects.filter(pk=grid.pk).update(name="改个名")
    assert locating.grid_map() is known
    Territory.objects.filter(pk=grid.pk).update(boundary=square(118.8, 32.0))
    assert locating.grid_map() is not known
    assert locate_grid(118.701, 32.001) is None
    assert locate_grid(118.801, 32.001) == grid
    Territory.objects.filter(pk=grid.pk).update(boundary=None)
    assert locate_grid(118.801, 32.001) is None


def test_another_process_changing_the_map_is_noticed() -> None:
    locating.grid_map()
    GridMapStamp.objects.update_or_create(singleton=True, defaults={"stamp": uuid4()})
    with CaptureQueriesContext(
        connection,
    ) as queries:
        locating.grid_map()
        locating.grid_map()
    assert len(queries) == 3, "two looks at the stamp, one rebuild"


def test_a_lookup_costs_one_query() -> None:
    GridFactory(boundary=square(118.7, 32.0))
    locate_grid(118.701, 32.001)
    with CaptureQueriesContext(connection) as queries:
        locate_grid(118.701, 32.001)
    assert len(queries) == 1


def test_the_grid_of_a_building() -> None:
    building = BuildingFactory()
    grid = grid_of(building)
    assert grid is not None
    assert building.code.startswith(grid.code)
    assert grid_of(grid) == grid
    assert grid_of(CommunityFactory()) is None
