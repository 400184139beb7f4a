"""The street whistles, departments report: each with its own clock and answer; wishes stay closed to them."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.incidents import services
from grids.incidents.domain import Action, State, SummonsState
from grids.incidents.models import Incident, Summons
from grids.incidents.policies import can, knows_particulars
from grids.roles.models import Role
from portal.accounts.models import User
from portal.deadlines.sweeping import sweep_clocks
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.services import drain
from tests.grids.bodies.factories import make_body
from tests.grids.incidents.factories import MONDAY, Round, dispatched, make_round, taken
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, StreetFactory
from tests.wishes.wishes.factories import make_cast, posted
from wishes.wishes.claiming import claiming_bodies
from wishes.wishes.services import claim_wish

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def people() -> Round:
    return make_round()


@pytest.fixture
def second() -> tuple[Body, User]:
    return make_body(BodyKind.DEPARTMENT, StreetFactory(), name="市场监管所")


def called(people: Round, *bodies: Body, limit: str = "4wh") -> Incident:
    """Called by the street an hour after it was reported."""
    return services.call_departments(
        actor=people.street_officer,
        incident=taken(people),
        bodies=list(bodies) or people.bodies,
        asked="一起到现场",
        limit=limit,
        at=MONDAY + 2 * HOUR,
    )


def told(kind: str) -> set[int]:
    drain()
    return set(Notice.objects.filter(kind=f"grids.incident_{kind}").values_list("recipient_id", flat=True))


def test_it_is_done_when_all_have_answered_and_somebody_else_looks(people: Round, second: tuple[Body, User]) -> None:
    incident = called(people, people.bodies[0], second[0])
    assert told("called") == {people.department.pk, second[1].pk}
    services.report_in(actor=people.department, incident=incident, at=MONDAY + 3 * HOUR)
    incident = services.answer_summons(actor=people.department, incident=incident, answer="拆了", at=MONDAY + 4 * HOUR)
    assert incident.state == State.CO_HANDLING
    incident = services.answer_summons(actor=second[1], incident=incident, answer="查了", at=MONDAY + 5 * HOUR)

    assert (incident.state, incident.handled_at) == (State.REPORTED, MONDAY + 5 * HOUR)
    assert told("department_came") == {people.street_officer.pk}
    for person in (people.street_officer, people.department, second[1]):
        assert not can(person, Action.VERIFY, incident)
    services.verify_incident(actor=people.worker, incident=incident, at=MONDAY + 6 * HOUR)


def test_only_the_street_calls_and_only_departments_of_the_place(people: Round) -> None:
    incident = dispatched(people)
    with pytest.raises(NotAllowed):
        services.call_departments(actor=people.worker, incident=incident, bodies=people.bodies, asked="来", limit="1d")
    elsewhere, _person = make_body(BodyKind.DEPARTMENT, CommunityFactory(code="320105004002"))
    team, _person = make_body(BodyKind.TEAM, people.community)
    for bodies, limit in (([elsewhere], "1d"), ([team], "1d"), ([], "1d"), (people.bodies, "99d")):
        with pytest.raises(Invalid):
            services.call_departments(
                actor=people.street_officer, incident=incident, bodies=bodies, asked="来", limit=limit
            )


def test_a_department_is_called_once_at_a_time(people: Round) -> None:
    incident = called(people)
    with pytest.raises(Conflict):
        services.call_departments(
            actor=people.street_officer, incident=incident, bodies=people.bodies, asked="来", limit="1d"
        )
    summons = Summons.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        Summons.objects.create(incident=incident, body=summons.body, asked="来", limit="1d", called_by=people.worker)


def test_a_department_that_does_not_report_in_time_escalates(people: Round) -> None:
    administrator = make_staff(Role.DISTRICT_ADMINISTRATOR, DistrictFactory())
    incident = called(people)
    summons = Summons.objects.get()
    assert summons.due_at == MONDAY + 6 * HOUR
    sweep_clocks(now=MONDAY + timedelta(days=4))
    assert told("not_reported_in") == {people.department.pk, people.street_officer.pk, administrator.pk}
    summons.refresh_from_db()
    assert summons.escalation == 3
    services.report_in(actor=people.department, incident=incident, at=MONDAY + timedelta(days=4))
    summons.refresh_from_db()
    assert summons.state == SummonsState.REPORTED_IN
    assert sweep_clocks(now=MONDAY + timedelta(days=5)) == 0


def test_whoever_is_called_reads_what_staff_read_until_they_have_answered(people: Round) -> None:
    incident = called(people)
    assert knows_particulars(people.department, incident)
    assert not can(people.stranger, Action.ANSWER, incident)
    with pytest.raises(NotAllowed):
        services.answer_summons(actor=people.worker, incident=incident, answer="我来")
    incident = services.answer_summons(actor=people.department, incident=incident, answer="拆了", at=MONDAY + 3 * HOUR)
    assert not knows_particulars(people.department, incident)


def test_a_department_may_be_called_off_and_the_street_goes_on(people: Round) -> None:
    incident = called(people)
    incident = services.call_off(
        actor=people.street_officer, incident=incident, summons=Summons.objects.get(), at=MONDAY + 3 * HOUR
    )
    assert (incident.state, incident.handler) == (State.HANDLING, people.street_officer)
    assert told("called_off") == {people.department.pk}


def test_departments_claim_no_wishes() -> None:
    cast = make_cast()
    body, person = make_body(BodyKind.DEPARTMENT, cast.community)
    wish = posted(cast)
    assert claiming_bodies(person, wish) == []
    with pytest.raises(NotAllowed):
        claim_wish(actor=person, wish=wish, body=body)
