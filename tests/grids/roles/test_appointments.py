"""Who may give which role where, one head at a time, and what changes with a role."""

import threading
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from grids.roles.domain import ADMINISTRATOR_ROLES, STAFF_ROLES, Role
from grids.roles.models import Appointment
from grids.roles.queries import held_by, holds, nearest_holders
from grids.roles.services import appoint, end_appointment, lapse_appointments
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict, DomainError, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.roles.factories import AppointmentFactory, PersonFactory, make_staff
from tests.grids.territory.factories import (
    BuildingFactory,
    CommunityFactory,
    DistrictFactory,
    GridFactory,
    StreetFactory,
)

TODAY = date(2026, 11, 21)


@pytest.fixture
def security(db: None) -> User:
    return make_staff(Role.SECURITY_ADMINISTRATOR, DistrictFactory())


def test_an_appointment_makes_staff_ends_sessions_and_is_told(security: User) -> None:
    person, grid = PersonFactory(), GridFactory(name="第 003 网格")
    client = Client()
    client.force_login(person, backend="portal.accounts.backends.AccountBackend")
    assert client.get("/").wsgi_request.user.is_authenticated
    appointment = appoint(actor=security, user=person, role=Role.GRID_HEAD, territory=grid, reason="民主推选")
    person.refresh_from_db()
    assert person.is_staff
    assert not client.get("/").wsgi_request.user.is_authenticated, "the session ended"
    assert not UserSession.objects.filter(user=person).exists()
    assert holds(person, {Role.GRID_HEAD}, grid)
    event = Event.objects.get(type="grids.roles.appointed")
    assert (event.actor, event.payload["role"], event.text) == (security, "grid_head", "民主推选")
    drain()
    assert Notice.objects.filter(recipient=person, kind="grids.appointed").count() == 1
    end_appointment(actor=security, appointment=appointment, reason="换届")
    again = User.objects.get(pk=person.pk)
    assert not again.is_staff
    assert not holds(again, {Role.GRID_HEAD}, grid)


def test_staff_stay_staff_while_another_office_lasts(security: User) -> None:
    person = PersonFactory()
    first = appoint(actor=security, user=person, role=Role.GRID_MEMBER, territory=GridFactory())
    appoint(actor=security, user=person, role=Role.GRID_MEMBER, territory=GridFactory())
    end_appointment(actor=security, appointment=first)
    person.refresh_from_db()
    assert person.is_staff


LEVELS = {
    Role.GRID_HEAD: GridFactory,
    Role.GRID_MEMBER: GridFactory,
    Role.INFORMANT: GridFactory,
    Role.INSTRUCTOR: GridFactory,
    Role.LIAISON_OFFICER: CommunityFactory,
    Role.VOLUNTEER: CommunityFactory,
    Role.PARTY_MEMBER: CommunityFactory,
    Role.BUILDING_HEAD: BuildingFactory,
    Role.COMMUNITY_WORKER: CommunityFactory,
    Role.COMMUNITY_SECRETARY: CommunityFactory,
    Role.STREET_OFFICER: StreetFactory,
    Role.DISTRICT_ADMINISTRATOR: DistrictFactory,
    Role.SUPERVISOR: DistrictFactory,
    Role.SYSTEM_ADMINISTRATOR: DistrictFactory,
    Role.SECURITY_ADMINISTRATOR: DistrictFactory,
    Role.AUDIT_ADMINISTRATOR: DistrictFactory,
}
NEIGHBOURS = {
    Role.VOLUNTEER,
    Role.PARTY_MEMBER,
    Role.INFORMANT,
    Role.BUILDING_HEAD,
    Role.INSTRUCTOR,
    Role.LIAISON_OFFICER,
}


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role if role != Role.RESIDENT])
@pytest.mark.parametrize("giver", list(Role))
def test_who_gives_which_role(giver: Role, role: Role) -> None:
    """The whole table: the security administrator gives every role, a community's staff gives neighbours theirs."""
    place: Territory = LEVELS[role]()
    if giver == Role.RESIDENT:
        actor: User = PersonFactory()
    else:
        actor = make_staff(giver, LEVELS[giver]())
    expected = giver == Role.SECURITY_ADMINISTRATOR or (
        giver in {Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY} and role in NEIGHBOURS
    )
    try:
        appoint(actor=actor, user=PersonFactory(), role=role, territory=place)
        given = True
    except NotAllowed:
        given = False
    assert given is expected


@pytest.mark.django_db
def test_powers_end_at_the_border(security: User) -> None:
    elsewhere = StreetFactory(code="120101001")
    with pytest.raises(NotAllowed):
        appoint(actor=security, user=PersonFactory(), role=Role.STREET_OFFICER, territory=elsewhere)
    secretary = make_staff(Role.COMMUNITY_SECRETARY, CommunityFactory())
    other = CommunityFactory(code="320105004001")
    with pytest.raises(NotAllowed):
        appoint(actor=secretary, user=PersonFactory(), role=Role.VOLUNTEER, territory=other)


@pytest.mark.django_db
def test_nobody_appoints_or_dismisses_themselves(security: User) -> None:
    with pytest.raises(NotAllowed):
        appoint(actor=security, user=security, role=Role.GRID_HEAD, territory=GridFactory())
    with pytest.raises(NotAllowed):
        end_appointment(actor=security, appointment=Appointment.objects.get(user=security))


@pytest.mark.django_db
@pytest.mark.parametrize("held", sorted(ADMINISTRATOR_ROLES))
@pytest.mark.parametrize("wanted", sorted(ADMINISTRATOR_ROLES))
def test_nobody_holds_two_of_the_three_powers(security: User, held: Role, wanted: Role) -> None:
    person = PersonFactory()
    appoint(actor=security, user=person, role=held, territory=DistrictFactory())
    with pytest.raises(Conflict):
        appoint(actor=security, user=person, role=wanted, territory=DistrictFactory())


@pytest.mark.django_db
def test_the_first_administrators_are_named_from_the_command_line() -> None:
    founder = User.objects.create_superuser("founder", "a-long-password-1")
    appoint(actor=founder, user=PersonFactory(), role=Role.SECURITY_ADMINISTRATOR, territory=DistrictFactory())
    with pytest.raises(NotAllowed):
        appoint(actor=founder, user=PersonFactory(), role=Role.STREET_OFFICER, territory=StreetFactory())


@pytest.mark.django_db
def test_where_a_role_can_be_held(security: User) -> None:
    with pytest.raises(Invalid, match="网格长不能设在社区这一级"):
        appoint(actor=security, user=PersonFactory(), role=Role.GRID_HEAD, territory=CommunityFactory())
    with pytest.raises(DomainError):
        appoint(actor=security, user=PersonFactory(), role=Role.RESIDENT, territory=CommunityFactory())


@pytest.mark.django_db
def test_terms(security: User) -> None:
    grid, first, second = GridFactory(), PersonFactory(), PersonFactory()
    old = appoint(actor=security, user=first, role=Role.GRID_HEAD, territory=grid, starts_on=TODAY)
    with pytest.raises(Conflict, match="已经有网格长"):
        appoint(actor=security, user=second, role=Role.GRID_HEAD, territory=grid, starts_on=TODAY + timedelta(days=9))
    end_appointment(actor=security, appointment=old, on=TODAY + timedelta(days=9))
    appoint(actor=security, user=second, role=Role.GRID_HEAD, territory=grid, starts_on=TODAY + timedelta(days=9))
    assert holds(first, {Role.GRID_HEAD}, grid, on=TODAY + timedelta(days=8))
    assert not holds(first, {Role.GRID_HEAD}, grid, on=TODAY + timedelta(days=9))
    assert holds(second, {Role.GRID_HEAD}, grid, on=TODAY + timedelta(days=9))
    assert not holds(second, {Role.GRID_HEAD}, grid, on=TODAY)
    appoint(actor=security, user=second, role=Role.INFORMANT, territory=grid, starts_on=TODAY)
    with pytest.raises(Conflict, match="已经担任"):
        appoint(actor=security, user=second, role=Role.INFORMANT, territory=grid, starts_on=TODAY + timedelta(days=9))
    with pytest.raises(Invalid):
        appoint(
            actor=security, user=first, role=Role.INFORMANT, territory=grid, starts_on=TODAY, ends_on=date(2026, 1, 1)
        )


@pytest.mark.django_db
def test_a_role_covers_the_subtree_and_the_nearest_are_asked_first() -> None:
    grid = GridFactory()
    head = make_staff(Role.GRID_HEAD, grid)
    worker = make_staff(Role.COMMUNITY_WORKER, CommunityFactory())
    officer = make_staff(Role.STREET_OFFICER, StreetFactory())
    other = make_staff(Role.COMMUNITY_WORKER, CommunityFactory(code="320105004001"))
    assert holds(officer, STAFF_ROLES, grid)
    assert not holds(other, STAFF_ROLES, grid)
    assert not holds(head, STAFF_ROLES, CommunityFactory())
    assert nearest_holders(STAFF_ROLES, grid) == [head]
    assert nearest_holders({Role.COMMUNITY_WORKER, Role.STREET_OFFICER}, grid) == [worker]
    assert nearest_holders({Role.SUPERVISOR}, grid) == []


@pytest.mark.django_db
def test_those_asked_first_come_with_all_they_hold(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    grid = GridFactory()
    head = make_staff(Role.GRID_HEAD, grid)
    AppointmentFactory(user=head, role=Role.VOLUNTEER, territory=CommunityFactory())
    with django_assert_num_queries(1):
        (found,) = nearest_holders({Role.GRID_HEAD}, grid)
        known = held_by(found)
    assert set(known) == set(held_by(head))
    assert len(known) == 2


@pytest.mark.django_db
def test_roles_cost_one_query_per_person(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    person = make_staff(Role.GRID_HEAD, GridFactory())
    person, place = User.objects.get(pk=person.pk), DistrictFactory()
    with django_assert_num_queries(1):
        for _again in range(3):
            held_by(person)
            holds(person, STAFF_ROLES, place)
    person.is_active = False
    assert held_by(person) == ()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"ends_on": date(2020, 1, 1)}, "appointment_ends_after_start"),
        ({"role": Role.RESIDENT}, "appointment_is_no_residency"),
    ],
)
def test_what_the_database_refuses(fields: dict[str, object], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        AppointmentFactory(**fields)


CONSTRAINT = next(c for c in Appointment._meta.constraints if c.name == "one_grid_head_at_a_time")


def _appoint_two_heads_at_once(security: User, grid: Territory, people: Sequence[User]) -> list[str]:
    gate = threading.Barrier(len(people), timeout=10)
    outcomes: list[str] = []

    def give(person: User) -> None:
        try:
            actor = User.objects.get(pk=security.pk)
            gate.wait()
            appoint(actor=actor, user=person, role=Role.GRID_HEAD, territory=grid)
            outcomes.append("given")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=give, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_of_many_heads_at_once_one_is_appointed() -> None:
    security = make_staff(Role.SECURITY_ADMINISTRATOR, DistrictFactory())
    grid, people = GridFactory(), [PersonFactory() for _ in range(6)]
    assert _appoint_two_heads_at_once(security, grid, people) == ["given", *["refused"] * 5]
    assert Appointment.objects.filter(territory=grid, role=Role.GRID_HEAD).count() == 1


@pytest.fixture
def without_the_constraint(transactional_db: None) -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.remove_constraint(Appointment, CONSTRAINT)
    yield
    Appointment.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Appointment, CONSTRAINT)


@pytest.mark.usefixtures("without_the_constraint")
def test_without_the_constraint_all_would_be() -> None:
    """Positive control: the race is real, and the exclusion constraint is what decides it."""
    security = make_staff(Role.SECURITY_ADMINISTRATOR, DistrictFactory())
    grid, people = GridFactory(), [PersonFactory() for _ in range(3)]
    assert _appoint_two_heads_at_once(security, grid, people) == ["given"] * 3


def test_today_is_shanghais(db: None) -> None:
    """An appointment from today holds today, whatever the clock of the server says."""
    person = PersonFactory()
    AppointmentFactory(user=person, starts_on=timezone.localdate())
    assert [held.role for held in held_by(person)] == [Role.GRID_MEMBER]


def test_an_office_that_comes_to_its_day_ends_logins(db: None) -> None:
    today = timezone.localdate()
    over, lasting, later = PersonFactory(is_staff=True), PersonFactory(is_staff=True), PersonFactory(is_staff=True)
    helper = PersonFactory(is_staff=True)
    AppointmentFactory(user=over, ends_on=today)
    AppointmentFactory(user=lasting, ends_on=today)
    AppointmentFactory(user=lasting)
    AppointmentFactory(user=later, ends_on=today + timedelta(days=1))
    assert lapse_appointments() == 1
    assert lapse_appointments() == 0
    staff = User.objects.filter(is_staff=True)
    assert {over.pk, lasting.pk, later.pk, helper.pk} & set(staff.values_list("pk", flat=True)) == {
        lasting.pk,
        later.pk,
        helper.pk,
    }
    assert User.objects.get(pk=over.pk).session_epoch == over.session_epoch + 1
