"""When the net changes, open incidents go where their building or their point goes; closed ones stay."""

from datetime import timedelta

import pytest

from grids.incidents import services
from grids.incidents.models import Incident
from grids.lineage.registry import open_matters
from grids.lineage.services import merge_grids, renumber_grids, split_grid
from grids.roles.models import Role
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.deadlines.models import Clock
from portal.outbox.services import drain
from tests.grids.incidents.factories import MONDAY, Round, collected, dispatched, evaluated, make_round, taken
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import BuildingFactory, DistrictFactory, GridFactory, square

pytestmark = pytest.mark.django_db
EAST = square(118.691, 31.99, 0.05)


@pytest.fixture
def people() -> Round:
    return make_round()


@pytest.fixture
def admin() -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


def place_of(incident: Incident) -> Territory:
    incident.refresh_from_db()
    return incident.territory


def test_after_a_split_incidents_are_where_their_building_or_their_point_is(people: Round, admin: User) -> None:
    stays, goes = BuildingFactory(grid=people.grid), BuildingFactory(grid=people.grid)
    at_home, moved = taken(people, place=stays), taken(people, place=goes)
    west, east = dispatched(people, point=(118.6905, 32.001)), dispatched(people, point=(118.6915, 32.001))
    vague, closed = collected(people), evaluated(people, place=goes)
    counted = {each.label: each.count for each in open_matters(people.grid, [goes])}
    assert counted["没办完的事件"] == 1
    new = split_grid(actor=admin, grid=people.grid, name="东", buildings=[goes.pk], area=EAST, reason="户数多")
    drain()

    for incident in (at_home, west, vague, closed):
        assert place_of(incident) == people.grid
    for incident in (moved, east):
        assert place_of(incident) == new
        assert incident.path.startswith(new.path)
        # Nobody is appointed to the new grid yet.
        assert incident.responsible_territory == people.community
        assert Clock.objects.filter(subject_id=incident.pk, subject_type="grids.incident", state="running").count() == 1
    assert moved.handler == people.member
    services.report_back(actor=people.member, incident=moved, note="清了", at=MONDAY + timedelta(hours=3))


def test_a_merged_grid_hands_its_open_incidents_over(people: Round, admin: User) -> None:
    into = GridFactory(community=people.community, boundary=square(118.692, 32.0))
    incident, closed = dispatched(people), evaluated(people)
    merge_grids(actor=admin, grid=people.grid, into=into, reason="户数少")
    drain()

    assert place_of(incident) == into
    assert place_of(closed) == people.grid


def test_another_number_is_another_path_for_all_of_them(people: Round, admin: User) -> None:
    GridFactory(community=people.community, boundary=square(118.68, 32.0))
    house = BuildingFactory(grid=people.grid)
    incidents = [dispatched(people), dispatched(people, place=house), evaluated(people)]
    renumber_grids(actor=admin, community=people.community, reason="从西到东")
    drain()

    people.grid.refresh_from_db()
    house.refresh_from_db()
    for incident in incidents:
        incident.refresh_from_db()
    assert [one.path for one in incidents] == [people.grid.path, house.path, people.grid.path]
