"""Numbers of incidents are kept beside them by the database, whatever happens to the incidents and in which order."""

import datetime as dt
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from grids.incidents import services
from grids.incidents.domain import State
from grids.incidents.models import Incident, IncidentDay, IncidentStanding
from grids.incidents.queries import (
    Span,
    Standing,
    last_days,
    recount,
    standing,
    standing_by_category,
    standing_by_community,
    standing_by_place,
    this_month,
)
from grids.incidents.services.moving import follow_merge
from tests.grids.incidents.factories import (
    IN_STATE,
    MONDAY,
    Round,
    collected,
    dispatched,
    make_round,
    rejected,
    verified,
)
from tests.grids.territory.factories import GridFactory

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


@pytest.fixture
def people() -> Round:
    return make_round()


def counted() -> None:
    """As when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def rows() -> list[Any]:
    fields = "territory", "category"
    now = IncidentStanding.objects.exclude(open=0, late=0, to_verify=0)
    days = IncidentDay.objects.exclude(reported=0, in_time=0, late=0)
    return [
        sorted(now.values_list(*fields, "open", "late", "to_verify")),
        sorted(days.values_list(*fields, "day", "reported", "in_time", "late")),
    ]


def test_every_state_is_counted_as_what_it_is(people: Round) -> None:
    for make in IN_STATE.values():
        make(people)
    counted()
    found = standing(people.community, last_days(TODAY))
    # Collected, dispatched and handled are open; one waits for a look; verified and evaluated are done.
    assert found == Standing(open=3, to_verify=1, reported=6, in_time=2)
    assert (
        found.verified,
        standing(people.community, Span(TODAY - timedelta(days=9), TODAY - timedelta(days=1))).reported,
    ) == (
        2,
        0,
    )
    kept = rows()
    recount()
    assert rows() == kept


def test_numbers_follow_what_happens(people: Round) -> None:
    done, twin, other = verified(people), dispatched(people), collected(people, spot="东门")
    services.reopen_incident(actor=people.resident, incident=done, reason="又有了", at=MONDAY + timedelta(hours=5))
    services.merge_incident(actor=people.worker, incident=twin, into=other, at=MONDAY + timedelta(hours=5))
    Incident.objects.filter(pk=other.pk).update(escalation=1)
    late = Incident.objects.get(pk=done.pk)
    services.report_back(actor=people.member, incident=late, note="好了", at=MONDAY + timedelta(days=3))
    late = Incident.objects.get(pk=done.pk)
    services.verify_incident(actor=people.worker, incident=late, at=MONDAY + timedelta(days=4))
    counted()
    found = standing(people.community, last_days(TODAY + timedelta(days=4)))
    assert found == Standing(open=1, late=1, reported=2, late_done=1)
    assert standing(people.community, Span(TODAY, TODAY)).verified == 0
    kept = rows()
    recount()
    assert rows() == kept


def test_each_place_category_and_community(people: Round, django_assert_num_queries: Any) -> None:
    here, beside = dispatched(people), collected(people, place=people.community, spot="广场")
    rejected(people)
    counted()
    month = this_month(TODAY)
    with django_assert_num_queries(2):
        by_place = standing_by_place(people.community, month)
    assert {pk: one.open for pk, one in by_place.items() if one.open} == {
        here.territory_id: 1,
        beside.territory_id: 1,
    }
    [(category, one)] = standing_by_category(people.community, month)
    assert (category, one.open, one.reported) == (people.category, 2, 2)
    by_community = standing_by_community(people.community.ancestors()[0], month)
    assert by_community[str(people.community.path)].open == 2
    assert month == Span(dt.date(2026, 11, 1), TODAY)


def test_they_go_along_when_a_grid_is_taken_up(people: Round) -> None:
    incident = dispatched(people)
    new = GridFactory(community=people.community)
    follow_merge(old_id=people.grid.pk, new=new, at=MONDAY)
    counted()
    assert standing(new, last_days(TODAY)).open == 1
    assert standing(people.grid, last_days(TODAY)) == Standing()
    assert Incident.objects.get(pk=incident.pk).state == State.DISPATCHED
