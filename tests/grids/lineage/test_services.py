"""One grid becomes two, two become one, numbers change: everything follows, and nothing that pointed there breaks."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from shapely.geometry import shape

from grids.bodies.domain import BodyKind
from grids.lineage.plans import fingerprint, plan_merge, plan_renumbering, plan_split
from grids.lineage.services import merge_grids, renumber_grids, split_grid
from grids.roles.domain import ResidencyStatus, Role
from grids.roles.models import Appointment
from grids.roles.services import appoint
from grids.territory import services
from grids.territory.domain import Level
from grids.territory.geometry import OVERLAP_TOLERANCE, square_metres
from grids.territory.models import Building, Grid, GridNumber, Territory
from grids.territory.numbers import grid_by_number, numbers_of, place_by_code, present_place
from portal.accounts.models import User
from portal.deadlines.calendar import calendar_for
from portal.deadlines.recomputing import set_override
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from portal.webhooks.models import Subscription
from tests.grids.bodies.factories import make_body
from tests.grids.roles.factories import AppointmentFactory, ResidencyFactory, make_staff
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, DistrictFactory, GridFactory, square

pytestmark = pytest.mark.django_db
WHY = "新楼入住"


@pytest.fixture
def admin() -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


@pytest.fixture
def grid() -> Territory:
    """Two buildings, drawn, with 400 households."""
    place: Territory = GridFactory(boundary=square(118.700, 32.0), supervision_phone="025-1")
    BuildingFactory(grid=place, name="1栋", longitude=118.7005, latitude=32.001, households=60)
    BuildingFactory(grid=place, name="2栋", longitude=118.7015, latitude=32.001, households=90)
    return place


def second(grid: Territory) -> Territory:
    return Building.objects.filter(territory__path__startswith=grid.path).order_by("territory__path")[1].territory


CUT = {"type": "LineString", "coordinates": [[118.701, 31.9], [118.701, 32.1]]}


# -- split ------------------------------------------------------------------------------------------------------------


def test_a_grid_gives_a_building_and_the_area_around_it(admin: User, grid: Territory) -> None:
    moving, head = second(grid), make_staff(Role.GRID_HEAD, grid)
    area = square_metres(shape(grid.boundary))
    new = split_grid(actor=admin, grid=grid, name="东网格", buildings=[moving.pk], area=CUT, reason=WHY)
    grid.refresh_from_db()
    moved = Territory.objects.get(pk=moving.pk)
    assert new.code > grid.code
    assert moved.code.startswith(new.code)
    assert [len(each) for each in Territory.objects.find_problems()] == [0, 0, 0, 0, 0]
    west, east = shape(grid.boundary), shape(new.boundary)
    assert square_metres(west.intersection(east)) <= OVERLAP_TOLERANCE
    assert square_metres(west) + square_metres(east) == pytest.approx(area, rel=1e-4)
    assert services.locate_grid(118.7015, 32.001) == new
    assert (Grid.objects.get(territory=new).household_count, Grid.objects.get(territory=grid).household_count) == (
        90,
        310,
    )
    assert Grid.objects.get(territory=new).supervision_phone == "025-1"
    assert Appointment.objects.get(user=head).territory == grid
    assert GridNumber.objects.get(grid=new).split_from == grid
    event = Event.objects.get(type="grids.grid.split")
    assert (event.payload["old_territory_id"], event.payload["new_territory_id"]) == (grid.pk, new.pk)
    assert (event.payload["building_ids"], event.text) == ([moving.pk], WHY)


def test_an_area_may_be_drawn_beyond_the_old_one(admin: User, grid: Territory) -> None:
    new = split_grid(actor=admin, grid=grid, name="东", area=square(118.701, 31.99, 0.05), reason=WHY)
    grid.refresh_from_db()
    assert shape(grid.boundary).union(shape(new.boundary)).symmetric_difference(shape(square(118.7, 32.0))).area < 1e-10


def test_what_makes_no_two_grids_is_refused_in_words(admin: User, grid: Territory) -> None:
    one, two = Building.objects.filter(territory__path__startswith=grid.path).values_list("territory", flat=True)
    cases: list[tuple[dict[str, object], str]] = [
        ({"buildings": [one, two]}, "至少要留下一栋"),
        ({}, "请选要分出去的楼栋"),
        ({"buildings": [BuildingFactory().pk]}, "不在这个网格里"),
        ({"buildings": [one], "area": square(118.8, 32.0)}, "没有把网格分成两块"),
        ({"area": CUT}, "都没有坐标"),
        ({"buildings": [one], "name": " "}, "起个名字"),
        ({"buildings": [one], "reason": ""}, "为什么这样调整"),
    ]
    for given, words in cases:
        with pytest.raises(Invalid, match=words):
            split_grid(**{"actor": admin, "grid": grid, "name": "东", "reason": WHY, **given})  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        split_grid(actor=make_staff(Role.GRID_HEAD, grid), grid=grid, name="东", buildings=[one], reason=WHY)
    assert Territory.objects.get(pk=two).code.startswith(grid.code)


def test_settings_and_days_off_hold_in_the_new_grid_too(admin: User, grid: Territory) -> None:
    day = timezone.localdate() + timedelta(days=3)
    was = calendar_for(grid.pk).is_workday(day)
    set_override(actor=None, day=day, is_workday=not was, note="停电", at=timezone.now(), territory_id=grid.pk)
    new = split_grid(actor=admin, grid=grid, name="东", buildings=[second(grid).pk], reason=WHY)
    assert calendar_for(new.pk).is_workday(day) is not was


def test_a_preview_counts_and_moves_nothing(admin: User, grid: Territory) -> None:
    moving = second(grid)
    ResidencyFactory(
        building=moving, status=ResidencyStatus.APPROVED, reason="好", decided_by=admin, decided_at=timezone.now()
    )
    plan = plan_split(grid, [moving.pk])
    assert (plan.building_ids, plan.households, plan.residents) == ((moving.pk,), 90, 1)
    assert [str(each.label) for each in plan.matters] == ["没办完的事件", "没办完的心愿"]
    assert "没有画新网格的范围" in plan.warnings[0]
    wrong = plan_split(grid, [moving.pk], square(118.700, 32.0, 0.001))
    assert wrong.warnings
    assert Territory.objects.get(pk=moving.pk).code == moving.code


def test_residents_and_staff_are_told(admin: User, grid: Territory) -> None:
    moving, secretary = second(grid), make_staff(Role.COMMUNITY_SECRETARY, CommunityFactory())
    home = ResidencyFactory(
        building=moving, status=ResidencyStatus.APPROVED, reason="好", decided_by=admin, decided_at=timezone.now()
    )
    split_grid(actor=admin, grid=grid, name="东网格", buildings=[moving.pk], reason=WHY)
    drain()
    assert Notice.objects.get(recipient=home.user).kind == "grids.new_grid"
    assert Notice.objects.get(recipient=secretary).kind == "grids.net_changed"
    home.refresh_from_db()
    assert home.building == moving


# -- merge ------------------------------------------------------------------------------------------------------------


def test_a_grid_is_taken_up_and_keeps_its_row_and_its_number(admin: User, grid: Territory) -> None:
    other = GridFactory(boundary=square(118.702, 32.0))
    code, building = grid.code, second(grid)
    head, member = make_staff(Role.GRID_HEAD, grid), make_staff(Role.GRID_MEMBER, grid)
    building_head = AppointmentFactory(role=Role.BUILDING_HEAD, territory=building)
    make_staff(Role.GRID_HEAD, other)
    body, _acting = make_body(BodyKind.SOCIAL_ORGANISATION, grid, user=member)
    at_home = ResidencyFactory(building=grid)
    plan = plan_merge(grid, other)
    assert {(each.appointment.role, str(each.role)) for each in plan.staff} == {
        ("grid_head", "grid_member"),
        ("grid_member", "grid_member"),
    }
    carry = list(Appointment.objects.filter(user=head).values_list("pk", flat=True))
    merge_grids(actor=admin, grid=grid, into=other, carry=carry, reason="户数太少")
    grid.refresh_from_db()
    other.refresh_from_db()
    today = timezone.localdate()
    assert (grid.code, grid.dissolved_on, grid.boundary, grid.numchild) == (code, today, None, 0)
    assert Territory.objects.get(pk=building.pk).code.startswith(other.code)
    assert square_metres(shape(other.boundary)) == pytest.approx(
        2 * square_metres(shape(square(118.7, 32.0))), rel=1e-3
    )
    assert {(one.role, one.territory) for one in Appointment.objects.in_force().filter(user__in=[head, member])} == {
        (Role.GRID_MEMBER, other)
    }
    assert Appointment.objects.in_force().get(pk=building_head.pk).territory == building
    assert Appointment.objects.filter(territory=grid, ends_on=today).count() == 2
    body.refresh_from_db()
    at_home.refresh_from_db()
    assert (body.territory, at_home.building) == (other, other)
    assert Grid.objects.get(territory=other).household_count == 800
    assert (grid_by_number(code), present_place(grid), place_by_code(code, Level.GRID)) == (other, other, other)
    assert [number.code for number in numbers_of(other)] == [other.code, code]
    assert services.locate_grid(118.7005, 32.001) == other


def test_nothing_new_stands_in_a_dissolved_grid(admin: User, grid: Territory) -> None:
    other, security = GridFactory(), make_staff(Role.SECURITY_ADMINISTRATOR, DistrictFactory())
    merge_grids(actor=admin, grid=grid, into=other, reason=WHY)
    grid = Territory.objects.get(pk=grid.pk)
    stale = GridFactory()
    for work in (
        lambda: appoint(actor=security, user=make_staff(Role.VOLUNTEER, other), role=Role.GRID_HEAD, territory=grid),
        lambda: services.add_building(actor=admin, grid=grid, name="9栋"),
        lambda: services.draw_boundary(actor=admin, territory=grid, boundary=square(118.9, 32.0)),
        lambda: services.rename(actor=admin, territory=grid, name="新名字"),
        lambda: services.move_building(actor=admin, building=BuildingFactory(), grid=grid),
        lambda: merge_grids(actor=admin, grid=stale, into=grid, reason=WHY),
        lambda: merge_grids(actor=admin, grid=grid, into=stale, reason=WHY),
        lambda: split_grid(actor=admin, grid=grid, name="东", buildings=[1], reason=WHY),
    ):
        with pytest.raises(Conflict, match="已经并入别的网格"):
            work()
    with pytest.raises(IntegrityError, match="territory_dissolved_is_empty"), transaction.atomic():
        Territory.objects.filter(pk=grid.pk).update(numchild=1)


def test_a_merge_of_merges_is_followed_to_its_end(admin: User, grid: Territory) -> None:
    middle, last = GridFactory(), GridFactory()
    merge_grids(actor=admin, grid=grid, into=middle, reason=WHY)
    merge_grids(actor=admin, grid=middle, into=last, reason=WHY)
    assert grid_by_number(grid.code) == last
    assert {number.code for number in numbers_of(last)} == {grid.code, middle.code, last.code}


def test_grids_of_two_communities_are_not_merged(admin: User, grid: Territory) -> None:
    there = GridFactory(community=CommunityFactory(code="320105004001"))
    for other, words in ((there, "同一个社区"), (grid, "另一个网格")):
        with pytest.raises(Invalid, match=words):
            merge_grids(actor=admin, grid=grid, into=other, reason=WHY)


def test_who_merges_carries_no_office_of_their_own(admin: User, grid: Territory) -> None:
    own = AppointmentFactory(user=admin, role=Role.PARTY_MEMBER, territory=grid)
    with pytest.raises(NotAllowed, match="自己的职务"):
        merge_grids(actor=admin, grid=grid, into=GridFactory(), carry=[own.pk], reason=WHY)


# -- numbers ----------------------------------------------------------------------------------------------------------


def three(*numbers: int) -> list[Territory]:
    """Grids beside each other from west to east with these numbers."""
    community = CommunityFactory()
    return [
        GridFactory(community=community, code=f"{community.code}{number:03d}", boundary=square(118.7 + n * 0.002, 32.0))
        for n, number in enumerate(numbers)
    ]


def test_numbers_are_given_anew_and_old_papers_still_lead_there(admin: User) -> None:
    west, middle, east = three(1, 3, 2)
    building = BuildingFactory(grid=east)
    Subscription.objects.create(name="大屏", url="https://x.example/", territory_code=east.code, events=["a"], salt="s")
    plan = plan_renumbering(west.ancestors()[-2])
    assert [(row.old_code[-3:], row.new_code[-3:]) for row in plan] == [("001", "001"), ("003", "003"), ("002", "004")]
    old = east.code
    renumber_grids(actor=admin, community=CommunityFactory(), seen=fingerprint(plan), reason="从西到东")
    east.refresh_from_db()
    building.refresh_from_db()
    assert (east.code, building.code) == (f"{old[:12]}004", f"{old[:12]}004{building.code[-3:]}")
    assert [len(each) for each in Territory.objects.find_problems()] == [0, 0, 0, 0, 0]
    assert (grid_by_number(old), grid_by_number(f"{old}001")) == (east, east)
    assert [(each.code[-3:], each.fate) for each in numbers_of(east)] == [("004", ""), ("002", "renumbered")]
    drain()
    assert Subscription.objects.get().territory_code == east.code
    with pytest.raises(Conflict, match="不用改"):
        renumber_grids(actor=admin, community=CommunityFactory(), reason="再来")
    assert services.add_grid(actor=admin, community=CommunityFactory(), name="新").code.endswith("005")
    assert middle.code.endswith("003")


def test_a_number_of_another_grid_is_given_to_nobody(admin: User) -> None:
    west, _middle, east = three(1, 3, 2)
    renumber_grids(actor=admin, community=CommunityFactory(), reason=WHY)
    with pytest.raises(Conflict, match="以前是别的网格的"):
        services.add_grid(actor=admin, community=CommunityFactory(), name="新", code=f"{west.code[:12]}002")
    with pytest.raises(IntegrityError, match="never_given_to_another"), transaction.atomic():
        Territory.objects.filter(pk=west.pk).update(code=f"{west.code[:12]}002", path=f"{west.path[:15]}002")
    # The same grid may have it back.
    Territory.objects.filter(pk=east.pk).update(code=f"{west.code[:12]}002", path=f"{west.path[:15]}002")
    assert grid_by_number(f"{west.code[:12]}002") == east


def test_what_was_previewed_is_what_is_done(admin: User) -> None:
    three(1, 3, 2)
    with pytest.raises(Conflict, match="有了变化"):
        renumber_grids(actor=admin, community=CommunityFactory(), seen="002-009", reason=WHY)


def test_heads_do_not_overlap_after_a_head_is_carried_over(admin: User, grid: Territory) -> None:
    """A head whose term begins after that of the other ends stays head."""
    other, today = GridFactory(), timezone.localdate()
    AppointmentFactory(role=Role.GRID_HEAD, territory=other, ends_on=today + timedelta(days=9))
    later = AppointmentFactory(role=Role.GRID_HEAD, territory=grid, starts_on=today + timedelta(days=10))
    merge_grids(actor=admin, grid=grid, into=other, carry=[later.pk], reason=WHY)
    heads = Appointment.objects.filter(territory=other, role=Role.GRID_HEAD).order_by("starts_on")
    assert [one.starts_on for one in heads][1] == today + timedelta(days=10)
    assert isinstance(heads[0].ends_on, date)
