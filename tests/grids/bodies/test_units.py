"""Instructors and liaison officers of member units: appointed in the community, linked to the unit, public with it."""

from datetime import timedelta

import pytest
import tablib
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body, UnitOffice
from grids.bodies.receivers import units_of
from grids.bodies.services import change_body
from grids.bodies.units import NoSuchUnit, Units, set_unit
from grids.cells.domain import OrganisationKind, Rank
from grids.configuration.resources import AppointmentResource
from grids.directory.page import staff_of
from grids.lineage.services import merge_grids, renumber_grids, split_grid
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.roles.services import appoint, end_appointment
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.models import Event
from tests.grids.bodies.factories import BodyFactory
from tests.grids.cells.factories import OrganisationFactory
from tests.grids.roles.factories import AppointmentFactory, PersonFactory, make_staff
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, DistrictFactory, GridFactory, square
from tests.portal.accounts.factories import enter_as_staff
from tests.triggers import trigger_off

pytestmark = pytest.mark.django_db
UNIT = BodyKind.CO_BUILDING_UNIT


@pytest.fixture
def community() -> Territory:
    place: Territory = CommunityFactory()
    return place


@pytest.fixture
def security(community: Territory) -> User:
    return make_staff(Role.SECURITY_ADMINISTRATOR, DistrictFactory())


@pytest.fixture
def school(community: Territory) -> Body:
    body: Body = BodyFactory(kind=UNIT, name="江畔小学", territory=GridFactory(community=community))
    return body


def give(security: User, community: Territory, unit: Body, role: Role = Role.INSTRUCTOR) -> Appointment:
    """Somebody called 李指导 in office for the unit."""
    person = PersonFactory(legal_name="李指导")
    given = appoint(actor=security, user=person, role=role, territory=community, public_phone="025-5550 0100")
    set_unit(actor=security, appointment=given, unit=unit)
    return given


def test_the_link_is_given_changed_and_taken_and_each_is_written_down(
    security: User, community: Territory, school: Body
) -> None:
    given = give(security, community, school)
    other = BodyFactory(territory=community)
    set_unit(actor=security, appointment=given, unit=other)
    set_unit(actor=security, appointment=given, unit=other)
    set_unit(actor=security, appointment=given, unit=None)

    assert not UnitOffice.objects.exists()
    events = Event.objects.filter(type__startswith="grids.bodies.office_").order_by("pk")
    assert [(one.type.rpartition("_")[2], one.payload["body_id"]) for one in events] == [
        ("given", school.pk),
        ("taken", school.pk),
        ("given", other.pk),
        ("taken", other.pk),
    ]
    assert set(events[0].payload) == {"appointment_id", "body_id"}


def test_only_who_is_meant_and_only_in_its_community(security: User, community: Territory, school: Body) -> None:
    elsewhere = CommunityFactory(code="320105004002")
    worker = AppointmentFactory(role=Role.COMMUNITY_WORKER, territory=community)
    of_grid = AppointmentFactory(role=Role.INSTRUCTOR, territory=school.territory)
    good = AppointmentFactory(role=Role.LIAISON_OFFICER, territory=community)
    team = BodyFactory(kind=BodyKind.TEAM, territory=community)
    wrong: list[tuple[Appointment, Body, str]] = [
        (worker, school, "unit"),
        (of_grid, school, "territory"),
        (good, BodyFactory(territory=elsewhere), "unit"),
        (good, team, "unit"),
        (good, BodyFactory(territory=community, is_active=False), "unit"),
    ]
    for appointment, unit, field in wrong:
        with pytest.raises(Invalid) as refused:
            set_unit(actor=security, appointment=appointment, unit=unit)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        set_unit(actor=PersonFactory(), appointment=good, unit=school)
    # Whoever writes past the services meets the same rule, a team apart.
    for appointment, unit, _field in wrong[:3]:
        with pytest.raises(IntegrityError, match="unit_office_of_the_community"), transaction.atomic():
            UnitOffice.objects.create(appointment=appointment, body=unit)
    with trigger_off("grids.UnitOffice:unit_office_of_the_community"):
        UnitOffice.objects.create(appointment=good, body=wrong[2][1])
    UnitOffice.objects.all().delete()
    UnitOffice.objects.create(appointment=good, body=school)


def test_a_unit_is_named_by_name_or_by_number_where_names_repeat(community: Territory, school: Body) -> None:
    twin = BodyFactory(kind=UNIT, name="江畔小学", territory=community)
    bank = BodyFactory(kind=UNIT, name="洲岛银行", territory=community)
    BodyFactory(kind=UNIT, name="街道食堂", territory=DistrictFactory())
    units = Units([community])

    assert units.named(community, " 洲岛银行 ") == bank
    assert units.named(community, str(twin.pk)) == twin
    with pytest.raises(NoSuchUnit) as several:
        units.named(community, "江畔小学")
    assert f"{school.pk}（{school.territory.name}）" in several.value.mend
    with pytest.raises(NoSuchUnit, match="没有登记单位“街道食堂”") as none:
        units.named(community, "街道食堂")
    assert "洲岛银行" in none.value.mend
    with pytest.raises(NoSuchUnit):
        Units([]).named(community, "洲岛银行")


def test_everybody_sees_who_is_responsible_until_the_office_ends(
    client: Client, security: User, community: Territory, school: Body
) -> None:
    grid, other_grid = school.territory, GridFactory(community=community)
    given = give(security, community, school)
    bank = BodyFactory(kind=UNIT, name="洲岛银行", territory=community)
    liaison = give(security, community, bank, Role.LIAISON_OFFICER)
    branch = OrganisationFactory(
        territory=community, rank=Rank.BRANCH, kind=OrganisationKind.UNIT, unit="洲岛银行", name="银行支部"
    )
    told = [
        {"role": "党建联络员", "name": "李指导", "phone": "025-5550 0100"},
    ]
    organisation = reverse("party_organisation", args=[branch.pk])

    page = client.get(reverse("bodies", args=[community.code])).content.decode()
    assert page.count("李指导") == 1
    assert 'href="tel:025-5550 0100"' in page
    api = client.get(reverse("api_bodies", args=[community.code])).json()
    assert [(one["name"], one["staff"]) for one in api] == [("洲岛银行", told)]
    assert "李指导" in client.get(organisation).content.decode()
    assert client.get(reverse("api_party_organisation", args=[branch.pk])).json()["staff"] == told
    # The grid names those whose unit stands in it, and nobody else's.
    assert [(one.role, one.place) for one in staff_of(grid)] == [("党建指导员", "江畔小学")]
    assert staff_of(other_grid) == []
    assert units_of(given.user)[0]["unit"] == "江畔小学"

    end_appointment(actor=security, appointment=liaison)
    assert "李指导" not in client.get(reverse("bodies", args=[community.code])).content.decode()
    assert "李指导" not in client.get(organisation).content.decode()


def test_what_becomes_of_grids_leaves_the_link_alone(security: User, community: Territory, school: Body) -> None:
    system = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())
    grid, into = school.territory, GridFactory(community=community)
    building = BuildingFactory(grid=grid)
    BuildingFactory(grid=grid)
    office = give(security, community, school).unit_office

    def in_office() -> tuple[Territory, list[str]]:
        body = Body.objects.select_related("territory").get(pk=school.pk)
        assert UnitOffice.objects.in_force().get(body=body) == office
        return body.territory, [one.name for one in staff_of(body.territory)]

    # Drawn the wrong way round, so that the rule gives both other numbers.
    for place, west in ((grid, 118.704), (into, 118.700)):
        Territory.objects.filter(pk=place.pk).update(boundary=square(west, 32.0))
    renumber_grids(actor=system, community=community, reason="按规则编号")
    assert in_office() == (grid, ["李指导"])
    Territory.objects.update(boundary=None)
    grid, into = Territory.objects.get(pk=grid.pk), Territory.objects.get(pk=into.pk)
    split_grid(actor=system, grid=grid, name="东网格", buildings=[building.pk], reason="新楼入住")
    assert in_office() == (grid, ["李指导"])
    merge_grids(actor=system, grid=grid, into=into, reason="撤并")
    assert in_office() == (into, ["李指导"])
    with pytest.raises(Conflict, match="先结束他们的任职"):
        change_body(actor=system, body=school, territory=CommunityFactory(code="320105004002"))


def test_the_administrator_writes_the_unit_or_chooses_it_later(
    client: Client, security: User, community: Territory, school: Body
) -> None:
    enter_as_staff(client, security)
    add, person = reverse("admin:grids_appointment_add"), PersonFactory()
    today = timezone.localdate()
    form = {"user": person.pk, "role": "instructor", "territory": community.pk, "starts_on": today, "unit": "江畔中学"}
    wrong = client.post(add, form)
    assert "可以写：江畔小学" in str(wrong.context["adminform"].form.errors["unit"])
    grid_head = {**form, "role": "community_worker", "unit": "江畔小学"}
    assert "只有党建指导员" in str(client.post(add, grid_head).context["adminform"].form.errors["unit"])
    assert not Appointment.objects.filter(user=person).exists()
    assert client.post(add, {**form, "unit": "江畔小学"}).status_code == 302
    office = UnitOffice.objects.get(body=school)
    assert office.appointment.user == person

    bank = BodyFactory(kind=UNIT, name="洲岛银行", territory=community)
    BodyFactory(kind=UNIT, name="别处银行", territory=CommunityFactory(code="320105004002"))
    change = reverse("admin:grids_appointment_change", args=[office.appointment_id])
    page = client.get(change).content.decode()
    assert "洲岛银行" in page
    assert "别处银行" not in page
    client.post(change, {"ends_on": "", "unit": bank.pk})
    assert UnitOffice.objects.get().body == bank
    client.post(change, {"ends_on": today + timedelta(days=1), "unit": ""})
    assert not UnitOffice.objects.exists()
    # A head of a grid has none to choose.
    head = AppointmentFactory(role=Role.GRID_HEAD, territory=school.territory)
    page = client.get(reverse("admin:grids_appointment_change", args=[head.pk])).content.decode()
    assert 'name="unit"' not in page


def test_a_sheet_of_appointments_names_the_unit(security: User, community: Territory, school: Body) -> None:
    exported = AppointmentResource(actor=security).export(Appointment.objects.none())
    assert "所属单位" in exported.headers
    headers = tuple(exported.headers[at] for at in (0, 2, 3, 4, exported.headers.index("所属单位")))
    row = (PersonFactory().pk, "党建指导员", community.code, str(timezone.localdate()), "江畔小学")
    AppointmentResource(actor=security).import_data(tablib.Dataset(row, headers=headers), raise_errors=True)
    assert UnitOffice.objects.get().body == school
    AppointmentResource(actor=security).import_data(tablib.Dataset((*row[:4], ""), headers=headers), raise_errors=True)
    assert not UnitOffice.objects.exists()
