"""Bodies of a place: registered by administrators, public by name, acting through people for a time."""

import datetime as dt

import pytest
import tablib
from django.test import Client
from django.urls import reverse

from grids.bodies import services
from grids.bodies.domain import BodyKind
from grids.bodies.models import Body, BodyMember
from grids.bodies.queries import acting_for, bodies_at, bodies_for, nearest_body, people_of
from grids.bodies.resources import BodyResource
from grids.roles.domain import Role
from grids.territory.models import Territory
from portal.accounts.erasure import erase_user
from portal.accounts.models import User
from portal.errors import Invalid, NotAllowed
from portal.outbox.models import Event
from tests.grids.bodies.factories import BodyFactory, make_body
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, GridFactory, StreetFactory
from tests.portal.accounts.factories import enter_as_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def community() -> Territory:
    place: Territory = CommunityFactory()
    return place


@pytest.fixture
def system(community: Territory) -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_body_acts_in_its_place_and_below(community: Territory) -> None:
    grid = GridFactory(community=community)
    elsewhere = CommunityFactory(code="320105004002")
    body, person = make_body(BodyKind.CO_BUILDING_UNIT, community)

    assert bodies_for(person, str(grid.path)) == [body]
    assert bodies_for(person, str(elsewhere.path)) == []
    assert bodies_at(grid) == [body]
    assert bodies_at(elsewhere) == []


def test_who_may_act_begins_and_ends_by_date(community: Territory, system: User) -> None:
    body = BodyFactory(territory=community)
    person = PersonFactory()
    today = dt.date.today()
    member = services.add_member(actor=system, body=body, user=person, starts_on=today - dt.timedelta(days=3))
    assert acting_for(fresh(person)) == (body,)

    services.end_member(actor=system, member=member, on=today)

    assert acting_for(fresh(person)) == ()
    with pytest.raises(Invalid, match="不能早于"):
        services.end_member(actor=system, member=member, on=today - dt.timedelta(days=9))


def test_a_body_that_takes_part_no_more_lets_nobody_act(community: Territory, system: User) -> None:
    body, person = make_body(BodyKind.TEAM, community)

    services.change_body(actor=system, body=body, is_active=False)

    assert acting_for(person) == ()
    assert bodies_at(community) == []
    assert Event.objects.get(type="grids.bodies.changed").payload["fields"] == ["is_active"]


def test_the_nearest_party_organisation_answers_for_a_place(community: Territory) -> None:
    wide, _ = make_body(BodyKind.PARTY_ORGANISATION, StreetFactory())
    near, person = make_body(BodyKind.PARTY_ORGANISATION, community)
    make_body(BodyKind.TEAM, GridFactory(community=community))

    assert nearest_body(BodyKind.PARTY_ORGANISATION, str(GridFactory(community=community).path)) == near
    assert nearest_body(BodyKind.PARTY_ORGANISATION, str(CommunityFactory(code="320105004002").path)) == wide
    assert people_of(near) == [person]


def test_only_the_system_administrator_of_the_place_registers(community: Territory, system: User) -> None:
    body = services.add_body(actor=system, kind="team", name="银发志愿队", territory=community)
    for user in (make_staff(Role.COMMUNITY_SECRETARY, community), PersonFactory()):
        with pytest.raises(NotAllowed):
            services.change_body(actor=user, body=body, name="别的名字")
    foreign = make_staff(Role.SYSTEM_ADMINISTRATOR, CommunityFactory(code="120101001001"))
    with pytest.raises(NotAllowed):
        services.add_body(actor=foreign, kind="team", name="外来队", territory=community)


@pytest.mark.parametrize(("field", "value"), [("kind", "club"), ("name", " "), ("contact_name", "长" * 61)])
def test_what_is_wrong_is_said_with_its_field(community: Territory, system: User, field: str, value: str) -> None:
    given = {"kind": "team", "name": "银发志愿队", "territory": community, field: value}
    with pytest.raises(Invalid) as refused:
        services.add_body(actor=system, **given)  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_name_stands_once_in_a_place(community: Territory, system: User) -> None:
    services.add_body(actor=system, kind="team", name="银发志愿队", territory=community)
    with pytest.raises(Invalid, match="同名"):
        services.add_body(actor=system, kind="team", name="银发志愿队", territory=community)


def test_bodies_come_from_a_sheet_and_go_into_one(community: Territory, system: User) -> None:
    row = ("阳光食堂", "共建单位", community.code, "每天 300 份饭", "王经理", "025-1234 5678", "是")
    headers = ("名称", "类型", "地区编码", "能帮什么", "联系人", "联系电话", "参加服务")
    sheet = tablib.Dataset(row, ("坏的", "协会", community.code, "", "", "", ""), headers=headers)
    preview = BodyResource(actor=system).import_data(sheet, dry_run=True, raise_errors=False)
    assert "没有“协会”这个类型" in str(preview.invalid_rows[0].error)
    assert not Body.objects.exists()

    BodyResource(actor=system).import_data(tablib.Dataset(row, headers=headers), raise_errors=True)

    assert Body.objects.get().kind == BodyKind.CO_BUILDING_UNIT
    out = BodyResource(actor=system).export(Body.objects.select_related("territory"))
    assert out.dict[0]["名称"] == "阳光食堂"
    again = BodyResource(actor=system).import_data(out, raise_errors=True)
    assert again.totals["skip"] == 1


def test_administrators_register_a_body_and_who_acts_for_it(client: Client, community: Territory, system: User) -> None:
    enter_as_staff(client, system)
    form = {"kind": "social_organisation", "name": "邻里互助社", "territory": community.pk, "is_active": "on"}
    private = {"contact_name": "欧阳社长", "contact_phone": "13712349876"}
    assert client.post(reverse("admin:grids_body_add"), form | private).status_code == 302
    body = Body.objects.get()
    listing = client.get(reverse("admin:grids_body_changelist")).content.decode()
    assert "欧阳*" in listing
    assert "13712349876" not in listing
    person = PersonFactory(phone="+8613712340099")
    add = reverse("admin:grids_bodymember_add")
    member = {"body": body.pk, "phone": "137 1234 0099", "starts_on": "2026-01-01"}
    unknown = client.post(add, member | {"phone": "13700000000"})
    assert "没有人用这个手机号登记" in unknown.content.decode()
    assert client.post(add, member).status_code == 302
    assert BodyMember.objects.get().user == person


def test_the_page_names_bodies_and_nobody_s_phone(client: Client, community: Territory) -> None:
    BodyFactory(territory=community, name="邻里互助社", contact_name="欧阳社长", contact_phone="13712349876")

    page = client.get(reverse("bodies", args=[community.code])).content.decode()
    data = client.get(reverse("api_bodies", args=[community.code])).content.decode()

    for found in (page, data):
        assert "邻里互助社" in found
        assert "欧阳" not in found
        assert "13712349876" not in found
    assert client.get(reverse("bodies", args=["320105004999"])).status_code == 404


def test_who_leaves_acts_for_nobody(community: Territory) -> None:
    body, person = make_body(BodyKind.TEAM, community, user=PersonFactory(legal_name="欧阳修远"))
    Body.objects.filter(pk=body.pk).update(contact_name="欧阳修远", contact_phone="13712349876")

    erase_user(actor=person, user=person)

    body.refresh_from_db()
    assert (body.contact_name, body.contact_phone) == ("", "")
    assert people_of(body) == []
