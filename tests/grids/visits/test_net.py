"""The net of grids changes: visits, days, numbers and today's way go along with the buildings."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from grids.lineage.services import merge_grids, renumber_grids, split_grid
from grids.roles.domain import Role
from grids.territory.models import Territory
from grids.territory.services import change_setting, draw_boundary
from grids.visits.dues import keep_dues
from grids.visits.lists import done_rows, due_rows
from grids.visits.models import Visit
from grids.visits.queries import VisitNumbers, numbers_by_grid
from grids.visits.route import way_of
from grids.visits.services import plan_visit
from portal.accounts.models import User
from portal.notifications.models import Notice
from portal.outbox.services import drain
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import DistrictFactory, square
from tests.grids.visits.factories import Estate, counted, make_estate, visited

pytestmark = pytest.mark.django_db
WHY = "新楼入住"


@pytest.fixture
def estate() -> Any:
    """Care began on the second of November; the first household was met the day before yesterday."""
    with time_machine.travel("2026-11-02 10:00+08:00", tick=False):
        made = make_estate()
        drain()
    with time_machine.travel("2026-11-14 10:00+08:00", tick=False):
        visited(made)
        visited(made, 3, by=made.grid_head, kind="away")
    with time_machine.travel("2026-11-16 10:00+08:00", tick=False):
        counted()
        yield made


@pytest.fixture
def admin() -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


def split(estate: Estate, admin: User, number: int) -> Territory:
    """A new grid with the building of one of the households."""
    building = estate.homes[number].building_id
    return split_grid(actor=admin, grid=estate.net.grid, name="新网格", buildings=[building], reason=WHY)


def test_a_split_takes_visits_days_and_the_way_along(estate: Estate, admin: User) -> None:
    plan_visit(actor=estate.grid_head, household=estate.homes[2], wanted=True)
    new = split_grid(
        actor=admin, grid=estate.net.grid, name="东网格", buildings=[estate.homes[0].building_id], reason=WHY
    )
    head = make_staff(Role.GRID_HEAD, new)
    change_setting(actor=admin, territory=new, key="visits.days.solitary", text="3")
    drain()
    assert (estate.due(0).every, estate.due(0).due_on) == (3, date(2026, 11, 17))
    by_grid = numbers_by_grid(estate.net.community)
    estate.net.grid.refresh_from_db()
    counted()
    assert by_grid[str(new.path)] == VisitNumbers(visits=1, met=1, in_care=2, due=0, overdue=0)
    assert by_grid[str(estate.net.grid.path)] == VisitNumbers(visits=1)
    assert [visit.household for visit in done_rows(new)] == [estate.homes[0]]
    assert {row.household_id for row in due_rows(new, "care")} == {estate.homes[0].pk, estate.homes[1].pk}
    # The pair goes on; who is due is on the way of the new grid's head, and what was put on a way stays there.
    with time_machine.travel("2026-11-25 10:00+08:00", tick=False):
        keep_dues()
        drain()
        assert [call.household for call in way_of(estate.member.user).calls] == [estate.homes[0]]
        assert {call.household for call in way_of(head).calls} == {estate.homes[0]}
        assert head.pk in Notice.objects.filter(kind="grids.visit_overdue_staff").values_list("recipient_id", flat=True)
    assert [call.household for call in way_of(estate.grid_head).calls] == [estate.homes[2]]


def test_a_merge_lets_the_other_grid_s_rhythm_and_people_take_over(estate: Estate, admin: User) -> None:
    into = split_grid(
        actor=admin, grid=estate.net.grid, name="东网格", buildings=[estate.homes[3].building_id], reason=WHY
    )
    head = make_staff(Role.GRID_HEAD, into)
    change_setting(actor=admin, territory=estate.net.grid, key="visits.days.solitary", text="20")
    change_setting(actor=admin, territory=into, key="visits.days.solitary", text="2")
    drain()
    assert estate.due(0).every == 20
    merge_grids(actor=admin, grid=estate.net.grid, into=into, reason=WHY)
    drain()
    into.refresh_from_db()
    assert (estate.due(0).every, estate.due(0).counted_from) == (2, date(2026, 11, 14))
    counted()
    keep_dues()
    assert numbers_by_grid(estate.net.community) == {
        str(into.path): VisitNumbers(visits=2, met=1, in_care=2, due=1, overdue=0)
    }
    assert Visit.objects.filter(building__path__startswith=into.path).count() == 2
    with time_machine.travel("2026-11-24 10:00+08:00", tick=False):
        keep_dues()
        assert estate.homes[0] in {call.household for call in way_of(head).calls}
        assert way_of(estate.grid_head).calls == []


def test_another_number_changes_nothing_for_the_doors(estate: Estate, admin: User) -> None:
    before = [(row.household_id, row.every, row.due_on) for row in due_rows(estate.net.grid, "care")]
    west = split_grid(
        actor=admin, grid=estate.net.grid, name="西网格", buildings=[estate.homes[3].building_id], reason=WHY
    )
    draw_boundary(actor=admin, territory=west, boundary=square(118.60, 32.0))
    draw_boundary(actor=admin, territory=estate.net.grid, boundary=square(118.70, 32.0))
    renumber_grids(actor=admin, community=estate.net.community, reason=WHY)
    drain()
    code = estate.net.grid.code
    estate.net.grid.refresh_from_db()
    assert estate.net.grid.code != code
    assert [(row.household_id, row.every, row.due_on) for row in due_rows(estate.net.grid, "care")] == before
    assert numbers_by_grid(estate.net.community)[str(estate.net.grid.path)].visits == 1
    assert [call.household for call in way_of(estate.member.user).calls] == []
    assert timezone.localdate() == date(2026, 11, 16)
