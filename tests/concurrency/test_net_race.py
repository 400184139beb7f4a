"""Changes of the net of grids at the same moment as each other, as an appointment, as a wish that is being sent."""

import threading
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.db import connections, transaction

from grids.lineage import services as lineage
from grids.lineage.plans import plan_merge, plan_split
from grids.lineage.services import merge_grids, split_grid
from grids.roles import services as roles
from grids.roles.models import Appointment, Role
from grids.territory.models import Territory
from grids.territory.numbers import present_place
from portal.accounts.models import User
from portal.errors import Conflict
from portal.outbox.services import drain
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import BuildingFactory, DistrictFactory, GridFactory
from tests.wishes.wishes.factories import Cast, drafted, make_cast
from wishes.wishes import services as wishes
from wishes.wishes.models import Wish
from wishes.wishes.services import posting, steps
from wishes.wishes.tasks import redispatch

pytestmark = pytest.mark.django_db(transaction=True)


class Slow:
    """Lets one work stand still at a place of its way until another has ended or waits for it."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.there, self.go = function, threading.Event(), threading.Event()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        found = self.function(*args, **kwargs)
        self.there.set()
        self.go.wait(10)
        return found


def run(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    outcome: list[object] = []

    def body() -> None:
        try:
            outcome.append(work())
        except Exception as error:
            outcome.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=body)
    thread.start()
    return thread, outcome


def meanwhile(slow: Slow, first: Callable[[], object], second: Callable[[], object]) -> tuple[object, object]:
    """The first stands still on its way; the second is let go, and the first goes on when that has ended or waits."""
    one, said = run(first)
    assert slow.there.wait(10)
    other, answered = run(second)
    other.join(0.7)
    slow.go.set()
    one.join(20)
    other.join(20)
    return said[0], answered[0]


@pytest.fixture
def system(transactional_db: None) -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


@pytest.fixture
def cast(system: User) -> Cast:
    return make_cast()


def send_while_merging(system: User, cast: Cast) -> Wish:
    """A wish is written and sent in one go, as other systems do it, while its grid is taken up by another.

    Everything that follows the merge has followed before the wish is there.
    """
    other, draft = GridFactory(community=cast.community), drafted(cast, territory=cast.community)

    @transaction.atomic
    def send() -> object:
        wish = wishes.save_draft(actor=cast.author, wish=draft, territory=cast.grid)
        return wishes.submit_wish(actor=cast.author, wish=wish)

    slow = Slow(posting._settle)

    def merge() -> object:
        found = merge_grids(actor=system, grid=cast.grid, into=other, reason="户数少")
        drain()
        return found

    with mock.patch.object(posting, "_settle", slow):
        sent, merged = meanwhile(slow, send, merge)
    assert isinstance(sent, Wish), sent
    assert isinstance(merged, Territory), merged
    return Wish.objects.select_related("territory").get(pk=draft.pk)


def test_a_wish_sent_during_a_merge_belongs_to_the_grid_that_is_left(system: User, cast: Cast) -> None:
    wish = send_while_merging(system, cast)
    assert wish.territory is not None
    assert wish.territory.dissolved_on is None
    assert wish.path == wish.territory.path


def test_without_holding_the_grid_it_would_be_stranded(system: User, cast: Cast) -> None:
    """Positive control."""
    with mock.patch.object(steps, "locked_in_place", steps.locked):
        wish = send_while_merging(system, cast)
    assert wish.territory is not None
    assert wish.territory.dissolved_on is not None
    redispatch()
    assert Wish.objects.get(pk=wish.pk).territory == present_place(wish.territory), "missed by the sweep as well"


def appoint_while_merging(system: User) -> tuple[object, object, Territory]:
    grid, other = GridFactory(), GridFactory()
    security, person = make_staff(Role.SECURITY_ADMINISTRATOR, DistrictFactory()), PersonFactory()
    slow = Slow(roles.check_grant)

    def appoint() -> object:
        return roles.appoint(actor=security, user=person, role=Role.GRID_HEAD, territory=grid)

    with mock.patch.object(roles, "check_grant", slow):
        outcome = meanwhile(slow, appoint, lambda: merge_grids(actor=system, grid=grid, into=other, reason="户数少"))
    return *outcome, grid


def test_an_appointment_made_during_a_merge_ends_with_the_grid(system: User) -> None:
    appointed, merged, grid = appoint_while_merging(system)
    assert isinstance(appointed, Appointment), appointed
    assert isinstance(merged, Territory), merged
    assert not Appointment.objects.in_force().filter(territory=grid).exists()


def test_without_holding_the_grid_somebody_would_head_a_grid_that_is_no_more(system: User) -> None:
    """Positive control: the row that the appointment points at is no help, since merging changes no key of it."""
    with (
        mock.patch.object(roles, "hold_place", lambda place: place),
        mock.patch.object(lineage, "lock_grids", _without_locks),
    ):
        _appointed, _merged, grid = appoint_while_merging(system)
    assert Appointment.objects.in_force().filter(territory=grid).exists()


def _without_locks(*grids: Territory) -> list[Territory]:
    return [Territory.objects.get(pk=grid.pk) for grid in grids]


def split_twice(system: User) -> list[object]:
    """Two administrators give the same building to a new grid each."""
    grid = GridFactory()
    moving, _stays = BuildingFactory(grid=grid), BuildingFactory(grid=grid)
    slow = Slow(plan_split)

    def split(name: str) -> object:
        return split_grid(actor=system, grid=grid, name=name, buildings=[moving.pk], reason="户数多")

    with mock.patch.object(lineage, "plan_split", slow):
        return list(meanwhile(slow, lambda: split("甲"), lambda: split("乙")))


def test_of_two_splits_at_once_the_second_sees_the_first(system: User) -> None:
    outcomes = split_twice(system)
    assert sorted(type(each).__name__ for each in outcomes) == ["Invalid", "Territory"]
    assert [len(each) for each in Territory.objects.find_problems()] == [0, 0, 0, 0, 0]


def test_two_opposite_merges_at_once_leave_one_grid(system: User) -> None:
    one, two = GridFactory(), GridFactory()
    slow = Slow(plan_merge)
    with mock.patch.object(lineage, "plan_merge", slow):
        outcomes = meanwhile(
            slow,
            lambda: merge_grids(actor=system, grid=one, into=two, reason="甲"),
            lambda: merge_grids(actor=system, grid=two, into=one, reason="乙"),
        )
    assert isinstance(outcomes[0], Territory), outcomes
    assert isinstance(outcomes[1], Conflict), outcomes
    assert Territory.objects.at(6).living().count() == 1


def test_without_the_lock_two_opposite_merges_leave_none(system: User) -> None:
    """Positive control."""
    one, two = GridFactory(), GridFactory()
    slow = Slow(plan_merge)
    with mock.patch.object(lineage, "plan_merge", slow), mock.patch.object(lineage, "lock_grids", _without_locks):
        meanwhile(
            slow,
            lambda: merge_grids(actor=system, grid=one, into=two, reason="甲"),
            lambda: merge_grids(actor=system, grid=two, into=one, reason="乙"),
        )
    assert Territory.objects.at(6).living().count() == 0
