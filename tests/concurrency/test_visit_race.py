"""A phone that gets no answer sends the same visit again, many times at once: it is one visit, and one incident.

Without the guards of the database several come of it: the race is real.
"""

from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from grids.incidents.models import Incident
from grids.incidents.services import collect_incident
from grids.visits import services
from grids.visits.correcting import withdraw_visit
from grids.visits.models import Visit, VisitIncident
from tests.concurrency.test_claim_race import MANY, at_once
from tests.grids.incidents.factories import IncidentCategoryFactory
from tests.grids.visits.factories import Estate, make_estate, visited

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def estate() -> Estate:
    return make_estate()


def test_one_visit_comes_of_many_sendings_and_all_get_the_same_answer(estate: Estate) -> None:
    key = uuid4()
    answers = at_once(lambda _number: visited(estate, key=key))
    assert len({visit.pk for visit in answers if isinstance(visit, Visit)}) == 1
    assert all(isinstance(visit, Visit) for visit in answers)
    assert Visit.objects.count() == 1


def test_without_the_unique_key_several_visits_come_of_it(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    key, everybody_has_looked = uuid4(), Barrier(MANY)
    look = services._known

    def looked(*args: object) -> Visit | None:
        found = look(*args)  # type: ignore[arg-type]
        everybody_has_looked.wait(timeout=30)
        return found

    monkeypatch.setattr(services, "_known", looked)
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = 'grids_visit'::regclass AND contype = 'u'")
        (name,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE grids_visit DROP CONSTRAINT {name}")
    try:
        at_once(lambda _number: visited(estate, key=key))
        assert Visit.objects.count() > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE grids_visit CASCADE")
            cursor.execute(f"ALTER TABLE grids_visit ADD CONSTRAINT {name} UNIQUE (key)")


def test_one_incident_comes_of_many_taps(estate: Estate) -> None:
    visit, category = visited(estate), IncidentCategoryFactory()

    def tap(_number: int) -> Incident:
        return services.report_need(actor=estate.grid_head, visit=visit, category=category, words="灯坏了")

    answers = at_once(tap)
    assert {one.pk for one in answers if isinstance(one, Incident)} == {Incident.objects.get().pk}
    assert VisitIncident.objects.count() == 1


def test_without_the_lock_and_the_unique_key_several_incidents_come_of_it(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, category, everybody_has_looked = visited(estate), IncidentCategoryFactory(), Barrier(MANY)

    def collected(**report: Any) -> Incident:
        everybody_has_looked.wait(timeout=30)
        return collect_incident(**report)

    monkeypatch.setattr(services, "held_visit", lambda each: each)
    monkeypatch.setattr(services, "collect_incident", collected)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'grids_visitincident'::regclass AND contype = 'u'"
            " AND conname LIKE '%visit_id%'"
        )
        (name,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE grids_visitincident DROP CONSTRAINT {name}")
    try:
        at_once(lambda _n: services.report_need(actor=estate.grid_head, visit=visit, category=category, words="灯坏了"))
        assert Incident.objects.count() > 1
        assert VisitIncident.objects.filter(visit=visit).count() > 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE grids_visitincident CASCADE")
            cursor.execute(f"ALTER TABLE grids_visitincident ADD CONSTRAINT {name} UNIQUE (visit_id)")


def test_a_visit_is_withdrawn_or_something_comes_of_it(estate: Estate) -> None:
    """Whoever comes second is told: of a withdrawn visit nothing comes, and what something came of is not withdrawn."""
    visit, category = visited(estate, 1, by=estate.grid_head), IncidentCategoryFactory()

    def one_of_both(number: int) -> object:
        if number % 2:
            return withdraw_visit(actor=estate.grid_head, visit=visit, reason="记错")
        return services.report_need(actor=estate.grid_head, visit=visit, category=category, words="灯坏了")

    at_once(one_of_both)
    visit.refresh_from_db()
    assert (visit.withdrawn_at is not None) != VisitIncident.objects.filter(visit=visit).exists()
