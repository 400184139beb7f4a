"""Boundaries: said in words what is wrong, never overlapping a sibling, also when two are saved at once."""

import threading
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from grids.roles.domain import Role
from grids.territory import services
from grids.territory.geometry import OVERLAP_TOLERANCE, as_geojson, overlapping, read_boundary, square_metres
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.models import Event
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, GridFactory, square


@pytest.fixture
def admin(db: None) -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


BOWTIE = {
    "type": "Polygon",
    "coordinates": [[[118.70, 32.0], [118.71, 32.01], [118.71, 32.0], [118.70, 32.01], [118.70, 32.0]]],
}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{", "不是完整的 GeoJSON"),
        ("[" * 100_000, "不是完整的 GeoJSON"),
        ("[1, 2]", "写成 GeoJSON 对象"),
        ({"type": "Point", "coordinates": [118.7, 32.0]}, "要是一个面"),
        ({"type": "Polygon", "coordinates": "x"}, "坐标读不懂"),
        ({"type": "Polygon", "coordinates": [[[118.7, 32.0], [118.71, 32.0]]]}, "坐标读不懂"),
        ({"type": "Polygon", "coordinates": []}, "边界是空的"),
        ({"type": "Polygon"}, "坐标读不懂"),
        (square(32.0, 118.7), "不在中国范围内"),
        (square(float("nan"), 32.0), "读不懂|边界是空的|自己相交"),
        (square(13_213_000.0, 3_760_000.0, 200.0), "不在中国范围内"),
        (BOWTIE, "自己相交了，位置在 118.705 32.005"),
        (square(118.7, 32.0, 0.00001), "不像一个网格"),
        (square(110.0, 30.0, 1.0), "不像一个网格"),
        ({"type": "FeatureCollection", "features": [{}, {}]}, "一个网格只要一个边界"),
        ({"type": "Feature", "geometry": None}, "边界是空的"),
    ],
)
def test_what_is_wrong_is_said_in_words(value: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_boundary(value)


def test_a_feature_is_unwrapped_and_heights_are_dropped() -> None:
    ring = [[*point, 12.5] for point in square(118.7, 32.0)["coordinates"][0]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    assert as_geojson(read_boundary(feature)) == as_geojson(read_boundary(square(118.7, 32.0)))


def test_areas_are_in_square_metres() -> None:
    assert square_metres(shape(square(118.7, 32.0, 0.001))) == pytest.approx(111.32 * 111.32 * 0.848, rel=0.01)


def test_a_boundary_is_drawn_recorded_and_found(admin: User) -> None:
    grid = GridFactory()
    services.draw_boundary(actor=admin, territory=grid, boundary=square(118.7, 32.0), illustrative=True)
    grid.refresh_from_db()
    assert grid.boundary_is_illustrative
    event = Event.objects.get(type="grids.territory.boundary_drawn")
    assert event.payload["code"] == grid.code
    assert services.locate_grid(118.701, 32.001) == grid
    services.remove_boundary(actor=admin, territory=grid)
    assert services.locate_grid(118.701, 32.001) is None


def test_siblings_never_overlap_but_may_touch(admin: User) -> None:
    west, east = GridFactory(name="西网格"), GridFactory(name="东网格")
    services.draw_boundary(actor=admin, territory=west, boundary=square(118.7, 32.0))
    with pytest.raises(Conflict, match="“西网格”（重叠约"):
        services.draw_boundary(actor=admin, territory=east, boundary=square(118.701, 32.0))
    services.draw_boundary(actor=admin, territory=east, boundary=square(118.702, 32.0))
    services.draw_boundary(actor=admin, territory=west, boundary=square(118.7, 32.0, 0.0019))


def test_grids_of_other_communities_are_no_siblings(admin: User) -> None:
    here, there = GridFactory(), GridFactory(community=CommunityFactory(code="320105004001"))
    for grid in (here, there):
        services.draw_boundary(actor=admin, territory=grid, boundary=square(118.7, 32.0))


def test_only_the_system_administrator_there_draws(admin: User) -> None:
    grid = GridFactory()
    elsewhere = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory(code="120101"))
    for person in (elsewhere, make_staff(Role.GRID_HEAD, grid), PersonFactory()):
        with pytest.raises(NotAllowed):
            services.draw_boundary(actor=person, territory=grid, boundary=square(118.7, 32.0))
    assert not Event.objects.filter(type="grids.territory.boundary_drawn").exists()


boxes = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 8), st.integers(1, 8))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawings=st.lists(boxes, min_size=2, max_size=7))
def test_whatever_is_drawn_siblings_stay_apart(admin: User, drawings: list[tuple[int, int, int, int]]) -> None:
    """Any sequence of drawings, accepted or refused, leaves no two boundaries of one community overlapping."""
    with transaction.atomic():
        mark = transaction.savepoint()
        for number, (x, y, width, height) in enumerate(drawings):
            west, south = 118.7 + x * 0.0005, 32.0 + y * 0.0005
            east, north = west + width * 0.0005, south + height * 0.0005
            ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
            grid = GridFactory(code=f"320105004004{number + 1:03d}")
            drawing = {"type": "Polygon", "coordinates": [ring]}
            before = _drawn()
            try:
                services.draw_boundary(actor=admin, territory=grid, boundary=drawing)
            except Conflict:
                assert overlapping(shape(drawing), before), "refused without an overlap"
        drawn = _drawn()
        for index, (_name, one) in enumerate(drawn):
            for _other, two in drawn[index + 1 :]:
                assert square_metres(one.intersection(two)) <= OVERLAP_TOLERANCE
        transaction.savepoint_rollback(mark)


def _drawn() -> list[tuple[str, Any]]:
    rows = Territory.objects.filter(boundary__isnull=False).values_list("name", "boundary")
    return [(name, shape(boundary)) for name, boundary in rows]


@pytest.fixture
def two_grids(transactional_db: None) -> tuple[User, list[Territory]]:
    admin = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
    return admin, [GridFactory(), GridFactory()]


def _draw_both_at_once(admin: User, grids: list[Territory]) -> list[str]:
    """Draws the same square for both grids in two threads that meet right after reading the siblings."""
    meeting = threading.Barrier(2, timeout=2)
    read = services._sibling_boundaries

    def read_and_meet(territory: Territory) -> Any:
        found = read(territory)
        with suppress(threading.BrokenBarrierError):  # the other one waits for the lock, as it should
            meeting.wait()
        return found

    outcomes: list[str] = []

    def draw(grid: Territory) -> None:
        try:
            services.draw_boundary(actor=User.objects.get(pk=admin.pk), territory=grid, boundary=square(118.7, 32.0))
            outcomes.append("drawn")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    with patch.object(services, "_sibling_boundaries", read_and_meet):
        threads = [threading.Thread(target=draw, args=(grid,)) for grid in grids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    return sorted(outcomes)


def test_two_drawings_at_once_cannot_overlap(two_grids: tuple[User, list[Territory]]) -> None:
    admin, grids = two_grids
    assert _draw_both_at_once(admin, grids) == ["drawn", "refused"]
    assert Territory.objects.filter(boundary__isnull=False).count() == 1


def test_without_the_lock_they_would(two_grids: tuple[User, list[Territory]]) -> None:
    """Positive control: the race is real, and the lock is what prevents it."""
    admin, grids = two_grids
    with patch.object(services, "_lock_siblings", lambda territory: None):
        assert _draw_both_at_once(admin, grids) == ["drawn", "drawn"]
