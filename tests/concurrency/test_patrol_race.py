"""Two tick one point, or two sweeps open one day, at once: one row each. Without the guards there are two.

A tick taken back while the patrol is finished: it is reckoned with it or without it. Without the lock, with one that
is gone.
"""

from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.utils import timezone

from grids.patrols import queries, services
from grids.patrols.domain import RunState
from grids.patrols.models import PatrolRun, PatrolTick
from tests.concurrency.test_incident_race import at_once
from tests.concurrency.without import without_constraint
from tests.grids.incidents.factories import make_round
from tests.grids.patrols.factories import make_route, run_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read the patrol before either ticks."""
    gate = Barrier(2)

    def read(run: PatrolRun) -> PatrolRun:
        found: PatrolRun = PatrolRun.objects.select_related("route", "place").get(pk=run.pk)
        gate.wait(timeout=30)
        return found

    monkeypatch.setattr(services, "locked", read)


def tick_twice() -> list[bool]:
    people = make_round()
    run = run_of(make_route(people.grid_head, people.informant, people.grid))
    point = run.route.points.all()[0]
    return at_once(
        lambda: services.tick_point(actor=people.informant, run=run, point=point),
        lambda: services.tick_point(actor=people.member, run=run, point=point),
    )


def test_of_two_ticks_one_is_kept(nobody_waits: None) -> None:
    assert tick_twice() == [True, True]  # neither is troubled with it
    assert PatrolTick.objects.count() == 1


def test_without_the_guard_there_are_two_ticks(nobody_waits: None) -> None:
    with without_constraint(PatrolTick, "patrol_point_ticked_once"):
        assert tick_twice() == [True, True]
        assert PatrolTick.objects.count() == 2


def open_twice(monkeypatch: pytest.MonkeyPatch) -> int:
    people, gate = make_round(), Barrier(2)
    make_route(people.grid_head, people.informant, people.grid)
    tomorrow = timezone.localdate() + timedelta(days=1)
    asked = queries.stand_in

    def both(*args: object) -> object:
        gate.wait(timeout=30)
        return asked(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "stand_in", both)
    at_once(lambda: services.open_runs(day=tomorrow), lambda: services.open_runs(day=tomorrow))
    return PatrolRun.objects.filter(day=tomorrow).count()


def test_of_two_sweeps_one_opens_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_twice(monkeypatch) == 1


def test_without_the_guard_a_day_has_two_patrols(monkeypatch: pytest.MonkeyPatch) -> None:
    with without_constraint(PatrolRun, "patrol_once_a_day"):
        assert open_twice(monkeypatch) == 2


def finish_and_take_back(before: Event | None = None, after: Event | None = None) -> tuple[str, int]:
    """State of a patrol with one of two points ticked, and its ticks, after both at once."""
    people = make_round()
    run = run_of(make_route(people.grid_head, people.informant, people.grid))
    point = run.route.points.all()[0]
    services.tick_point(actor=people.informant, run=run, point=point)

    def finish() -> None:
        if before is not None:
            before.wait(timeout=30)
        services.finish_run(actor=people.member, run=run)
        if after is not None:
            after.set()

    at_once(finish, lambda: services.take_back_tick(actor=people.informant, run=run, point=point))
    return run_of(run.route).state, PatrolTick.objects.count()


def test_what_is_finished_has_its_ticks() -> None:
    assert finish_and_take_back() in [(RunState.PARTLY, 1), (RunState.OPEN, 0)]


def test_without_the_lock_a_finished_patrol_lacks_a_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    looked, finished = Event(), Event()
    held = services.locked

    def read(run: PatrolRun) -> PatrolRun:
        if looked.is_set():
            return held(run)
        found: PatrolRun = PatrolRun.objects.select_related("route", "place").get(pk=run.pk)
        if PatrolTick.objects.exists():  # the one who takes back has looked, and does so when it is finished
            looked.set()
            finished.wait(timeout=30)
        return found

    monkeypatch.setattr(services, "locked", read)
    assert finish_and_take_back(looked, finished) == (RunState.PARTLY, 0)
