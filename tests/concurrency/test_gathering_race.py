"""Checking in twice at the same moment, and while check-in ends; planning the same day at two desks.

Without the guards the races are real: two rows for one person, somebody there whom nobody counted, two theme days.
"""

import threading

import pytest
from django.db import connection, models
from django.utils import timezone

from grids.gatherings import services
from grids.gatherings.codes import shown_code
from grids.gatherings.domain import Standing
from grids.gatherings.models import Attendance, Gathering
from grids.gatherings.services import attending, planning
from grids.gatherings.services.attending import seconds_of
from portal.outbox.models import Event
from tests.concurrency.test_handover_race import at_once
from tests.grids.gatherings.factories import Branch, make_branch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def branch() -> Branch:
    return make_branch()


def look(gathering: Gathering) -> Gathering:
    """The gathering read without holding it."""
    return Gathering.objects.select_related("organisation__territory").get(pk=gathering.pk)


def check_in(branch: Branch, gathering: Gathering) -> object:
    code = shown_code(gathering, timezone.now(), seconds_of(gathering)).digits
    return services.check_in(actor=branch.members[0], gathering=gathering, code=code)


def without(model: type[models.Model], name: str) -> models.BaseConstraint:
    """Takes a constraint out of the database; whoever calls puts it back."""
    constraint = next(one for one in model._meta.constraints if one.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, constraint)
    return constraint


def put_back(model: type[models.Model], constraint: models.BaseConstraint) -> None:
    model._default_manager.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(model, constraint)


def test_one_person_is_there_once(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gathering is not held meanwhile, so that the database alone is asked."""
    gathering = branch.opened()
    monkeypatch.setattr(attending, "held_gathering", look)
    assert at_once(lambda: check_in(branch, gathering), lambda: check_in(branch, gathering)) == [True, True]
    assert Attendance.objects.count() == 1


def test_without_the_constraint_there_are_two_rows(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control."""
    gathering = branch.opened()
    monkeypatch.setattr(attending, "held_gathering", look)
    constraint = without(Attendance, "attends_once")
    try:
        at_once(lambda: check_in(branch, gathering), lambda: check_in(branch, gathering))
        assert Attendance.objects.count() == 2
    finally:
        put_back(Attendance, constraint)


def close(branch: Branch, gathering: Gathering) -> object:
    return services.close_check_in(actor=branch.secretary, gathering=gathering)


def test_who_checks_in_while_it_closes_is_counted_or_told(branch: Branch) -> None:
    gathering = branch.opened()
    came, closed = at_once(lambda: check_in(branch, gathering), lambda: close(branch, gathering))
    gathering.refresh_from_db()
    assert closed
    assert gathering.present == Attendance.objects.filter(standing=Standing.PRESENT).count() == int(came)
    assert gathering.expected == Attendance.objects.count()


def test_without_the_lock_somebody_is_there_whom_nobody_counted(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Positive control: one has seen that check-in is open, the other ends it before the row is written."""
    gathering, has_looked, is_closed = branch.opened(), threading.Event(), threading.Event()

    def look_first(found: Gathering) -> Gathering:
        seen = look(found)
        has_looked.set()
        is_closed.wait(timeout=20)
        return seen

    def close_after() -> object:
        has_looked.wait(timeout=20)
        monkeypatch.setattr(attending, "held_gathering", look)
        try:
            return close(branch, gathering)
        finally:
            is_closed.set()

    monkeypatch.setattr(attending, "held_gathering", look_first)
    assert at_once(lambda: check_in(branch, gathering), close_after) == [True, True]
    gathering.refresh_from_db()
    assert (gathering.present, Attendance.objects.filter(standing=Standing.PRESENT).count()) == (0, 1)


def plan_at_two_desks(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Secretary and worker plan the theme day of tomorrow; neither waits for the other's organisation."""
    monkeypatch.setattr(planning, "held_organisation", lambda organisation: organisation)
    return at_once(lambda: branch.plan(hours=24), lambda: branch.plan(hours=24, actor=branch.worker))


def test_two_desks_plan_one_theme_day(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(plan_at_two_desks(branch, monkeypatch)) == [False, True]
    assert Gathering.objects.count() == 1


def test_without_the_constraint_both_are_planned(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control."""
    constraint = without(Gathering, "one_gathering_of_a_kind_a_day")
    try:
        assert plan_at_two_desks(branch, monkeypatch) == [True, True]
        assert Gathering.objects.count() == 2
    finally:
        put_back(Gathering, constraint)


def test_opening_twice_is_opening_once(branch: Branch) -> None:
    gathering = branch.plan()
    assert at_once(
        lambda: services.open_check_in(actor=branch.secretary, gathering=gathering),
        lambda: services.open_check_in(actor=branch.worker, gathering=gathering),
    ) == [True, True]
    assert Event.objects.filter(type="grids.gatherings.opened").count() == 1
