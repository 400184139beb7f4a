"""Two hands on one incident at the same moment: one counts. Without the guards both would: the race is real."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Barrier

import pytest
from django.db import connection, connections

from grids.incidents import services
from grids.incidents.domain import State
from grids.incidents.models import Handling, Incident
from grids.incidents.services import steps
from tests.grids.incidents.factories import Round, dispatched, handled, make_round
from tests.triggers import trigger_off

pytestmark = pytest.mark.django_db(transaction=True)
TRIGGER = "grids.Incident:no_stale_step"
Work = Callable[..., list[bool]]
Stage = Callable[[Round], Incident]


def at_once(*works: Callable[[], object], unguarded: bool = False) -> list[bool]:
    """Whether each of the works succeeded, all let go together."""
    gate = Barrier(len(works))

    def run(work: Callable[[], object]) -> bool:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            with trigger_off(TRIGGER) if unguarded else nullcontext():
                work()
        except Exception:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.fixture
def people() -> Round:
    return make_round()


@pytest.fixture
def unlock(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on everybody reads the incident before anybody writes."""
    inside = Barrier(2)

    def read(incident: Incident) -> Incident:
        found: Incident = Incident.objects.with_surroundings().get(pk=incident.pk)
        inside.wait(timeout=30)
        return found

    return lambda: monkeypatch.setattr(steps, "locked", read)


def take_twice(people: Round, incident: Incident, *, unguarded: bool = False) -> list[bool]:
    return at_once(
        lambda: services.take_incident(actor=people.member, incident=incident),
        lambda: services.take_incident(actor=people.grid_head, incident=incident),
        unguarded=unguarded,
    )


def solve_twice(people: Round, incident: Incident, *, unguarded: bool = False) -> list[bool]:
    return at_once(
        lambda: services.solve_on_the_spot(actor=people.member, incident=incident, note="清了"),
        lambda: services.solve_on_the_spot(actor=people.grid_head, incident=incident, note="清了"),
        unguarded=unguarded,
    )


def verify_and_fail(people: Round, incident: Incident) -> list[bool]:
    return at_once(
        lambda: services.verify_incident(actor=people.grid_head, incident=incident),
        lambda: services.fail_incident(actor=people.worker, incident=incident, reason="还有一袋"),
    )


def test_of_two_who_take_it_one_does(people: Round) -> None:
    incident = dispatched(people)
    first, second = take_twice(people, incident)
    assert first != second
    assert Incident.objects.get().handler == (people.member if first else people.grid_head)


def test_of_two_who_solve_it_on_the_spot_one_did(people: Round) -> None:
    assert sorted(solve_twice(people, dispatched(people))) == [False, True]
    assert Handling.objects.count() == 1


def test_of_verifying_and_sending_back_one_counts(people: Round) -> None:
    verified, failed = verify_and_fail(people, handled(people))
    assert verified != failed
    assert Incident.objects.get().state == (State.VERIFIED if verified else State.HANDLING)


@pytest.mark.parametrize(
    ("work", "stage"), [(take_twice, dispatched), (solve_twice, dispatched), (verify_and_fail, handled)]
)
def test_the_database_alone_lets_one_through(
    people: Round, unlock: Callable[[], None], work: Work, stage: Stage
) -> None:
    incident = stage(people)
    unlock()
    assert sorted(work(people, incident)) == [False, True]


@pytest.mark.parametrize("work", [take_twice, solve_twice])
def test_with_all_guards_off_both_do(people: Round, unlock: Callable[[], None], work: Work) -> None:
    incident = dispatched(people)
    unlock()
    assert work(people, incident, unguarded=True) == [True, True]
