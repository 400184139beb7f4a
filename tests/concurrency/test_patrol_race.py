"""Two tick one point, or two sweeps open one day, at once: one row each. Without the guards there are two."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.utils import timezone

from grids.patrols import queries, services
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
