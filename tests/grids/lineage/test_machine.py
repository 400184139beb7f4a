"""Whatever happens to the net in whatever order, its rules hold: Hypothesis looks for an order that breaks them."""

import itertools
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from grids.districts.domain import Part, RowState, Sheet
from grids.districts.models import DistrictImport
from grids.districts.services import bring_in
from grids.lineage.services import merge_grids, renumber_grids, split_grid
from grids.members.models import PartyMember
from grids.pairing.models import Pairing
from grids.pairing.services import pair
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.roles.services import appoint, end_appointment
from grids.territory import services
from grids.territory.domain import Level
from grids.territory.geometry import OVERLAP_TOLERANCE, square_metres
from grids.territory.models import Building, GridNumber, Territory
from grids.territory.numbers import grid_by_number
from grids.territory.services import change_setting
from portal.accounts.models import User
from portal.errors import DomainError
from portal.jobs.running import run_next
from tests.grids.cells.factories import OrganisationFactory, make_leader
from tests.grids.districts.factories import Office, Row, building_row, grid_row, staff_row
from tests.grids.members.factories import make_member
from tests.grids.pairing.factories import make_homes
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, square

pytestmark = pytest.mark.django_db
MOVES = ("add", "split", "merge", "renumber", "move", "appoint", "end", "build", "pair", "bring_in", "go_on", "undo")


class Net:
    """One community, and everything an administrator can do to it; refusals are part of life."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.community: Territory = CommunityFactory()
        self.system = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
        self.security = make_staff(Role.SECURITY_ADMINISTRATOR, DistrictFactory())
        self.people: list[User] = [PersonFactory() for _ in range(3)]
        self.drawn = 0
        self.office = Office(system=self.system, security=self.security)
        self.imports: list[DistrictImport] = []
        self.leads: list[PartyMember] = []

    def grids(self) -> list[Territory]:
        """Also those that are no more, as an old page may still offer them."""
        return list(Territory.objects.children_of(self.community))

    def any_grid(self) -> Territory:
        return self.chance.choice(self.grids())

    def buildings(self) -> list[Territory]:
        return list(Territory.objects.under(self.community).at(Level.BUILDING))

    def add(self) -> None:
        self.drawn += 1
        column, row = self.chance.randrange(3), self.chance.randrange(3)
        where = square(118.7 + column * 0.0015, 32.0 + row * 0.002)
        grid = services.add_grid(actor=self.system, community=self.community, name=f"网格{self.drawn}")
        for number in range(2):
            x = where["coordinates"][0][0][0] + 0.0005 + number * 0.001
            details: dict[str, Any] = {"longitude": x, "latitude": 32.001 + row * 0.002, "households": 50}
            services.add_building(actor=self.system, grid=grid, name=f"{number + 1}栋", **details)
        services.draw_boundary(actor=self.system, territory=grid, boundary=where)

    def build(self) -> None:
        services.add_building(actor=self.system, grid=self.any_grid(), name="9栋", households=20)

    def split(self) -> None:
        grid = self.any_grid()
        inside = [b.pk for b in self.buildings() if b.code.startswith(grid.code)]
        moving = self.chance.sample(inside, min(len(inside), self.chance.randint(1, 2)))
        middle = shape(grid.boundary).centroid.x if grid.boundary else 118.7
        line = {"type": "LineString", "coordinates": [[middle, 31.9], [middle, 32.1]]}
        cut = line if grid.boundary and self.chance.random() < 0.7 else None
        split_grid(actor=self.system, grid=grid, name="分出", buildings=moving, area=cut, reason="户数多")

    def merge(self) -> None:
        grid, into = self.any_grid(), self.any_grid()
        staff = list(Appointment.objects.filter(territory=grid, ends_on=None).values_list("pk", flat=True))
        carry = self.chance.sample(staff, self.chance.randint(0, len(staff)))
        merge_grids(actor=self.system, grid=grid, into=into, carry=carry, reason="户数少")

    def renumber(self) -> None:
        renumber_grids(actor=self.system, community=self.community, reason="从西到东")

    def move(self) -> None:
        services.move_building(actor=self.system, building=self.chance.choice(self.buildings()), grid=self.any_grid())

    def appoint(self) -> None:
        begins = timezone.localdate() + timedelta(days=self.chance.randint(-5, 20))
        ends = begins + timedelta(days=self.chance.randint(1, 30)) if self.chance.random() < 0.6 else None
        role = self.chance.choice([Role.GRID_HEAD, Role.GRID_HEAD, Role.GRID_MEMBER])
        who, where = self.chance.choice(self.people), self.any_grid()
        appoint(actor=self.security, user=who, role=role, territory=where, starts_on=begins, ends_on=ends)

    def end(self) -> None:
        offices = list(Appointment.objects.filter(territory__path__startswith=self.community.path))
        end_appointment(actor=self.security, appointment=self.chance.choice(offices))

    def pair(self) -> None:
        """Households of any building with one of two members, who may look after three each."""
        worker = make_staff(Role.COMMUNITY_WORKER, self.community)
        if not self.leads:
            change_setting(actor=self.system, territory=self.community, key="pairing.households_per_member", text="3")
            branch = make_leader(OrganisationFactory(territory=self.community)).organisation
            self.leads = [make_member(branch) for _ in range(2)]
        building = self.chance.choice([each for each in self.buildings() if not each.flats.exists()])
        for home in make_homes(building, 2):
            pair(actor=worker, lead=self.chance.choice(self.leads), household=home)

    def bring_in(self) -> None:
        """A workbook: new grids and old ones, heads and members of both. It may be refused as a whole."""
        self.drawn += 1
        grids = [f"导入{self.drawn}-{number}" for number in range(2)]
        old = [grid.name for grid in self.grids()]
        rows: dict[Sheet, list[Row]] = {
            Sheet.GRIDS: [grid_row(name) for name in grids],
            Sheet.BUILDINGS: [building_row(self.chance.choice([*grids, *old]), f"导{self.drawn}栋")],
            Sheet.STAFF: [
                staff_row("赵一", f"136 0000 {self.chance.randint(1, 9):04d}", role, self.chance.choice([*grids, *old]))
                for role in self.chance.sample(["网格长", "网格长", "网格员", "党建指导员"], 3)
            ],
        }
        self.imports.append(self.office.check(rows))

    def go_on(self) -> None:
        """The next part of an import that waits, however much has changed since it was looked over."""
        batch = self.chance.choice(self.imports)
        batch.refresh_from_db()
        part = batch.next_part()
        bring_in(actor=self.security if part == Part.STAFF else self.system, batch=batch)
        run_next()

    def undo(self) -> None:
        batch = self.chance.choice(self.imports)
        batch.refresh_from_db()
        self.office.undo(batch, actor=self.system)

    def take(self, move: str) -> None:
        work: Callable[[], None] = getattr(self, move)
        try:
            with transaction.atomic():
                work()
        except (DomainError, IndexError):
            pass  # Refused in words, or there is nothing yet to do it with.

    def check(self) -> None:
        grids = self.grids()
        living = [grid for grid in grids if grid.dissolved_on is None]
        codes = {grid.code for grid in living}
        assert all(building.code[:15] in codes for building in self.buildings()), "a building in no living grid"
        assert Building.objects.count() == len(self.buildings())
        drawn = [shape(grid.boundary) for grid in living if grid.boundary]
        for index, one in enumerate(drawn):
            for other in drawn[index + 1 :]:
                assert square_metres(one.intersection(other)) <= OVERLAP_TOLERANCE, "siblings overlap"
        assert not any(len(each) for each in Territory.objects.find_problems()), "the tree is broken"
        owners: dict[str, int] = {}
        for number in GridNumber.objects.all():
            assert owners.setdefault(number.code, number.grid_id) == number.grid_id, "a number of two grids"
            found = grid_by_number(number.code)
            assert found is not None
            assert found.dissolved_on is None
        held = Counter(Pairing.objects.filter(ended_on=None).values_list("lead", flat=True))
        assert max(held.values(), default=0) <= 3, "more households than one can look after"
        for batch in self.imports:
            assert not batch.rows.filter(state=RowState.UNDONE, place__isnull=False).exclude(sheet=Sheet.STAFF).exists()
            undone = batch.rows.filter(state=RowState.UNDONE, appointment__isnull=False)
            assert not Appointment.objects.in_force().filter(pk__in=undone.values("appointment")).exists(), (
                "half undone"
            )
        for grid in grids:
            terms = sorted(
                (one.starts_on, one.ends_on or timezone.localdate() + timedelta(days=9999))
                for one in Appointment.objects.filter(territory=grid, role=Role.GRID_HEAD)
                if one.starts_on != one.ends_on
            )
            assert all(first[1] <= second[0] for first, second in itertools.pairwise(terms)), "two heads"
        lasting = Appointment.objects.filter(territory__dissolved_on__isnull=False).exclude(
            ends_on__lte=timezone.localdate()
        )
        assert not lasting.filter(starts_on__lte=timezone.localdate()).exists(), "staff of a dissolved grid"


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from(MOVES), min_size=6, max_size=16), seed=st.integers(0, 10_000))
def test_the_rules_hold_in_any_order(moves: list[str], seed: int) -> None:
    with transaction.atomic():
        net = Net(random.Random(seed))
        net.take("add")
        net.take("add")
        net.take("bring_in")
        for move in moves:
            net.take(move)
        net.check()
        transaction.set_rollback(True)
