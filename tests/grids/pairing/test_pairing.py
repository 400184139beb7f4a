"""Pairing: within the limit and once a household, whoever writes; ended, moved and forgotten without a trace."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from grids.members import services as members
from grids.members.models import PartyMember
from grids.pairing import services
from grids.pairing.domain import Care
from grids.pairing.limits import HOUSEHOLDS, MEMBERS
from grids.pairing.models import BuildingCount, Household, Pairing, PairingLoad
from grids.pairing.receivers import pairings_of
from grids.roles.domain import Role
from grids.territory.models import Territory
from grids.territory.services import change_setting, move_building
from portal.accounts.erasure import erase_user
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.pairing.factories import Net, make_homes, make_net
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import DistrictFactory, GridFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def net() -> Net:
    return make_net()


@pytest.fixture
def system(net: Net) -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


def counted() -> dict[int, tuple[int, int]]:
    """What stands beside the buildings, after what waits for the end of the transaction has been done."""
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return {row.building_id: (row.households, row.paired) for row in BuildingCount.objects.all()}


def load_of(member: PartyMember) -> tuple[int, int]:
    load = PairingLoad.objects.filter(member=member).first()
    return (load.households, load.members) if load else (0, 0)


def test_a_member_takes_ten_households_and_no_more(net: Net) -> None:
    member, building = net.member(), net.building()
    homes = make_homes(building, 11)
    for home in homes[:10]:
        services.pair(actor=net.worker, lead=member, household=home)
    with pytest.raises(Conflict) as refused:
        services.pair(actor=net.worker, lead=member, household=homes[10])
    assert refused.value.code == "limit_reached"
    assert load_of(member) == (10, 0)
    assert counted() == {building.pk: (11, 10)}
    with pytest.raises(IntegrityError, match="pairing_beyond_limit"), transaction.atomic():
        Pairing.objects.create(lead=member, household=homes[10], paired_by=net.worker)

    services.end_pairing(actor=net.worker, pairing=Pairing.objects.get(household=homes[0]))
    services.pair(actor=net.worker, lead=member, household=homes[10])
    assert counted() == {building.pk: (11, 10)}


def test_a_household_has_one_pair(net: Net) -> None:
    (home,) = make_homes(net.building(), 1)
    pairing = services.pair(actor=net.worker, lead=net.member(), household=home)
    with pytest.raises(Conflict) as refused:
        services.pair(actor=net.worker, lead=net.member(), household=home)
    assert refused.value.code == "already_paired"
    services.end_pairing(actor=net.worker, pairing=pairing)
    with pytest.raises(Conflict, match="已经结束"):
        services.end_pairing(actor=net.worker, pairing=pairing)
    services.pair(actor=net.worker, lead=net.member(), household=home)
    for change in ({"ended_on": None}, {"household": make_homes(net.building(1), 1)[0]}):
        with pytest.raises(Exception, match="pgtrigger"), transaction.atomic():
            Pairing.objects.filter(pk=pairing.pk).update(**change)


def test_a_backbone_member_leads_three(net: Net) -> None:
    lead = net.member(is_backbone=True)
    followers = [net.member() for _ in range(4)]
    for one in followers[:3]:
        services.pair(actor=net.worker, lead=lead, partner=one)
    with pytest.raises(Conflict, match="上限"):
        services.pair(actor=net.worker, lead=lead, partner=followers[3])
    with pytest.raises(Conflict, match="有人带"):
        services.pair(actor=net.worker, lead=net.member(is_backbone=True), partner=followers[0])
    for wrong in ({"lead": followers[3], "partner": lead}, {"lead": lead, "partner": lead}, {"lead": lead}):
        with pytest.raises(Invalid):
            services.pair(actor=net.worker, **wrong)  # type: ignore[arg-type]
    assert load_of(lead) == (0, 3)
    members.decide(actor=net.worker, member=lead, confirm=True, reason="改了", is_backbone=False)
    drain()
    assert load_of(lead) == (0, 0)


def test_a_place_sets_its_own_limits(net: Net, system: User) -> None:
    with pytest.raises(Invalid):
        change_setting(actor=system, territory=net.community, key=HOUSEHOLDS, text="0")
    change_setting(actor=system, territory=net.community, key=HOUSEHOLDS, text="2")
    change_setting(actor=system, territory=DistrictFactory(), key=MEMBERS, text="1")
    member, homes = net.member(is_backbone=True), make_homes(net.building(), 3)
    for home in homes[:2]:
        services.pair(actor=net.worker, lead=member, household=home)
    with pytest.raises(Conflict):
        services.pair(actor=net.worker, lead=member, household=homes[2])
    services.pair(actor=net.worker, lead=member, partner=net.member())
    with pytest.raises(Conflict):
        services.pair(actor=net.worker, lead=member, partner=net.member())


def test_who_arranges_and_what_belongs_together(net: Net) -> None:
    foreign = make_net("320105004002")
    (home,), (far,) = make_homes(net.building(), 1), make_homes(foreign.building(), 1)
    member = net.member()
    for user in (foreign.worker, PersonFactory(), make_staff(Role.GRID_HEAD, GridFactory(community=net.community))):
        with pytest.raises(NotAllowed):
            services.pair(actor=user, lead=member, household=home)
    with pytest.raises(Invalid, match="不在这名党员"):
        services.pair(actor=foreign.worker, lead=member, household=far)
    with pytest.raises(Invalid, match="没有确认"):
        services.pair(actor=net.worker, lead=net.member(state="reported"), household=home)
    services.pair(actor=make_staff(Role.GRID_HEAD, net.grid), lead=member, household=home)
    drain()
    assert Notice.objects.get(kind="grids.paired").recipient == member.user


def test_a_proposal_is_accepted_as_far_as_it_still_holds(net: Net) -> None:
    homes = make_homes(net.building(), 4)
    one, other = net.member(), net.member()
    services.pair(actor=net.worker, lead=other, household=homes[0])
    pairs = [(one.pk, home.pk) for home in homes[:3]] + [(one.pk, 999_999), (999_999, homes[3].pk)]
    with pytest.raises(NotAllowed):
        services.accept_proposal(actor=PersonFactory(), place=net.grid, pairs=pairs)
    with pytest.raises(Invalid):
        services.accept_proposal(actor=net.worker, place=net.grid, pairs=[])
    assert services.accept_proposal(actor=net.worker, place=net.grid, pairs=pairs) == (2, 3)
    drain()
    assert Notice.objects.filter(kind="grids.paired", recipient=one.user).count() == 1


def test_special_care_is_for_the_handlers_and_each_look_is_written_down(net: Net, system: User) -> None:
    (home,) = make_homes(net.building(), 1)
    services.set_care(actor=net.worker, household=home, care=Care.SOLITARY)
    for user in (system, make_net("320105004002").worker, PersonFactory()):
        with pytest.raises(NotAllowed):
            services.reveal_care(actor=user, household=home, reason="看看")
        with pytest.raises(NotAllowed):
            services.set_care(actor=user, household=home, care="")
    with pytest.raises(Invalid):
        services.reveal_care(actor=net.worker, household=home, reason=" ")
    home.refresh_from_db()
    assert services.reveal_care(actor=net.worker, household=home, reason="上门前") == Care.SOLITARY
    looked = Event.objects.get(type="grids.pairing.care_revealed")
    assert (looked.actor, looked.visibility, looked.text) == (net.worker, "audit", "上门前")
    assert "solitary" not in str([event.payload for event in Event.objects.all()])


def test_households_are_registered_with_a_door_once(net: Net, system: User) -> None:
    building = net.building()
    found = services.add_household(actor=system, building=building, door=" 2 单元  501 ")
    assert found.door == "2 单元 501"
    wrong: tuple[dict[str, Any], ...] = ({"door": "2 单元 501"}, {"door": " "}, {"building": net.grid})
    usual: dict[str, Any] = {"actor": net.worker, "building": building, "door": "1"}
    for given in wrong:
        with pytest.raises(Invalid):
            services.add_household(**usual | given)
    with pytest.raises(NotAllowed):
        services.add_household(actor=PersonFactory(), building=building, door="1")


def test_numbers_move_with_a_building(net: Net, system: User) -> None:
    from grids.pairing.coverage import GRID, numbers_by

    building = net.building()
    homes = make_homes(building, 3)
    services.pair(actor=net.worker, lead=net.member(), household=homes[0])
    counted()
    other = GridFactory(community=net.community)
    assert numbers_by(str(net.grid.path), GRID)[str(net.grid.path)] == (1, 1, 3, 1)

    move_building(actor=system, building=Territory.objects.get(pk=building.pk), grid=other)

    assert numbers_by(str(net.grid.path), GRID)[str(net.grid.path)] == (1, 1, 0, 0)
    assert numbers_by(str(other.path), GRID)[str(other.path)] == (1, 1, 3, 1)


def test_nothing_is_left_of_who_leaves(net: Net) -> None:
    building = net.building()
    homes, lead = make_homes(building, 2), net.member(is_backbone=True)
    follower = net.member()
    services.pair(actor=net.worker, lead=follower, household=homes[0])
    services.pair(actor=net.worker, lead=lead, partner=follower)
    assert pairings_of(follower.user)[0]["household"] == f"{building.name} 101"
    erase_user(actor=follower.user, user=follower.user)
    assert not Pairing.objects.exists()
    assert load_of(lead) == (0, 0)
    assert counted() == {building.pk: (2, 0)}
    Household.objects.all().delete()
    assert counted() == {building.pk: (0, 0)}


def test_who_is_refused_looks_after_nobody(net: Net) -> None:
    member, homes = net.member(), make_homes(net.building(), 2)
    for home in homes:
        services.pair(actor=net.worker, lead=member, household=home)
    members.decide(actor=net.worker, member=member, confirm=False, reason="弄错了")
    drain()
    assert not Pairing.objects.living().exists()
    assert Notice.objects.filter(kind="grids.pairing_ended").count() == 2


class AnyOrder(RuleBasedStateMachine):
    """Pairs made, ended and proposed, limits and buildings changed, in any order."""

    @initialize()
    def begin(self) -> None:
        self.point = transaction.atomic()
        self.point.__enter__()
        self.net = make_net()
        self.system = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
        self.grids: list[Territory] = [self.net.grid, GridFactory(community=self.net.community)]
        self.buildings = [self.net.building(n) for n in range(2)]
        self.homes = [home for building in self.buildings for home in make_homes(building, 4)]
        self.members = [self.net.member(is_backbone=True) for _ in range(3)]
        self.limit = 10

    def living(self, member: PartyMember) -> int:
        return Pairing.objects.living().filter(lead=member, household__isnull=False).count()

    @rule(who=st.integers(0, 2), where=st.integers(0, 7))
    def assign(self, who: int, where: int) -> None:
        member, before = self.members[who], self.living(self.members[who])
        try:
            services.pair(actor=self.net.worker, lead=member, household=self.homes[where])
        except Conflict:
            return
        assert before < self.limit

    @rule(data=st.data())
    def end(self, data: Any) -> None:
        found = list(Pairing.objects.living().select_related("lead"))
        if found:
            services.end_pairing(actor=self.net.worker, pairing=data.draw(st.sampled_from(found)))

    @rule(limit=st.integers(1, 4))
    def set_limit(self, limit: int) -> None:
        change_setting(actor=self.system, territory=self.net.community, key=HOUSEHOLDS, text=str(limit))
        self.limit = limit

    @rule(which=st.integers(0, 1), to=st.integers(0, 1))
    def move(self, which: int, to: int) -> None:
        building = Territory.objects.get(pk=self.buildings[which].pk)
        move_building(actor=self.system, building=building, grid=Territory.objects.get(pk=self.grids[to].pk))
        for home in self.homes:
            home.refresh_from_db()

    @rule(who=st.integers(0, 2), homes=st.sets(st.integers(0, 7), min_size=1))
    def accept(self, who: int, homes: set[int]) -> None:
        member, before = self.members[who], self.living(self.members[who])
        pairs = [(member.pk, self.homes[n].pk) for n in homes]
        services.accept_proposal(actor=self.net.worker, place=self.net.community, pairs=pairs)
        assert self.living(member) <= max(before, self.limit)

    @invariant()
    def numbers_are_true(self) -> None:
        if not hasattr(self, "net"):
            return
        for member in self.members:
            assert load_of(member)[0] == self.living(member)
        numbers = counted()
        for building in self.buildings:
            flats = Household.objects.filter(building=building.pk)
            paired = Pairing.objects.living().filter(household__building=building.pk).count()
            assert numbers[building.pk] == (flats.count(), paired)
            assert flats.filter(is_paired=True).count() == paired

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.set_rollback(True)
            self.point.__exit__(None, None, None)


def test_no_pairing_beyond_its_limit_whatever_the_order() -> None:
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(max_examples=8, stateful_step_count=14, suppress_health_check=list(HealthCheck)),
    )
