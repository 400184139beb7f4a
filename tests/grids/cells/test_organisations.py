"""Party organisations: a tree over the places, kept alike with the bodies that act in wishes, public by name only."""

import pytest
import tablib
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.bodies.services import add_body, change_body
from grids.cells import services
from grids.cells.domain import OrganisationKind, Rank, stands_below
from grids.cells.models import PartyOrganisation
from grids.cells.queries import as_tree, organisations_at
from grids.cells.resources import OrganisationResource
from grids.lineage.services import merge_grids
from grids.roles.domain import Role
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.cells.factories import OrganisationFactory, make_leader
from tests.grids.members.factories import make_member
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import CommunityFactory, DistrictFactory, GridFactory, StreetFactory
from tests.portal.accounts.factories import enter, enter_as_staff

pytestmark = pytest.mark.django_db
COMMITTEE, BRANCH, GROUP, HUB = Rank.COMMITTEE, Rank.BRANCH, Rank.GROUP, Rank.MEMBER_HUB


@pytest.fixture
def community() -> Territory:
    place: Territory = CommunityFactory()
    return place


@pytest.fixture
def system(community: Territory) -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


@pytest.mark.parametrize(
    ("rank", "path", "parent", "parent_path", "fits"),
    [
        (BRANCH, "032001", COMMITTEE, "032001", True),
        (BRANCH, "032001002", COMMITTEE, "032001", True),
        (COMMITTEE, "032001", COMMITTEE, "032", True),
        (COMMITTEE, "032001", COMMITTEE, "032001", False),
        (COMMITTEE, "032001", BRANCH, "032", False),
        (GROUP, "032001", BRANCH, "032002", False),
        (GROUP, "032001", GROUP, "032001", False),
        (HUB, "032001002", BRANCH, "032001002", True),
    ],
)
def test_what_may_stand_below_what(rank: Rank, path: str, parent: Rank, parent_path: str, fits: bool) -> None:
    assert stands_below(rank, path, parent, parent_path) is fits


def test_the_tree_is_read_from_the_top(community: Territory, system: User) -> None:
    grid = GridFactory(community=community)
    committee = services.add_organisation(actor=system, name="社区党委", rank=COMMITTEE, territory=community)
    branch = services.add_organisation(actor=system, name="党支部", rank=BRANCH, territory=grid, parent=committee)
    group = services.add_organisation(actor=system, name="党小组", rank=GROUP, territory=grid, parent=branch)

    assert [(b.organisation, b.depth) for b in as_tree(organisations_at(community))] == [
        (committee, 0),
        (branch, 1),
        (group, 2),
    ]
    assert [b.depth for b in as_tree(organisations_at(grid))] == [0, 1]
    with pytest.raises(Invalid, match="下面") as refused:
        services.change_organisation(actor=system, organisation=branch, rank=GROUP)
    assert refused.value.field == "rank"


def test_the_database_keeps_the_tree_whoever_writes(community: Territory) -> None:
    committee = OrganisationFactory(territory=community)
    branch = OrganisationFactory(territory=community, rank=BRANCH, parent=committee)
    for broken in ({"pk": committee.pk, "parent": branch}, {"pk": committee.pk, "rank": GROUP}):
        with pytest.raises(IntegrityError, match="stands_below"), transaction.atomic():
            PartyOrganisation.objects.filter(pk=broken.pop("pk")).update(**broken)


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": " "}),
        ("rank", {"rank": 9}),
        ("unit", {"kind": OrganisationKind.UNIT}),
        ("unit", {"unit": "物业公司"}),
        ("territory", {"rank": HUB}),
        ("phone", {"phone": "打给我"}),
    ],
)
def test_what_is_wrong_is_said_with_its_field(
    community: Territory, system: User, field: str, given: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        services.add_organisation(
            actor=system,
            **{"name": "社区党委", "rank": COMMITTEE, "territory": community} | given,  # type: ignore[arg-type]
        )
    assert refused.value.field == field


def test_only_the_system_administrator_of_the_place_arranges(community: Territory, system: User) -> None:
    found = services.add_organisation(actor=system, name="社区党委", rank=COMMITTEE, territory=community)
    elsewhere = make_staff(Role.SYSTEM_ADMINISTRATOR, CommunityFactory(code="120101001001"))
    for user in (make_staff(Role.COMMUNITY_SECRETARY, community), PersonFactory(), elsewhere):
        with pytest.raises(NotAllowed):
            services.change_organisation(actor=user, organisation=found, name="别的名字")


def test_who_acts_in_wishes_is_a_body_of_the_same_name_and_place(community: Territory, system: User) -> None:
    found = services.add_organisation(actor=system, name="社区党委", rank=COMMITTEE, territory=community, acts=True)
    drain()
    body = Body.objects.get(kind=BodyKind.PARTY_ORGANISATION)
    assert found.body == body
    assert PartyOrganisation.objects.count() == 1

    services.change_organisation(actor=system, organisation=found, name="社区党总支", rank=Rank.GENERAL_BRANCH)
    body.refresh_from_db()
    assert (body.name, body.is_active) == ("社区党总支", True)

    services.change_organisation(actor=system, organisation=found, acts=False)
    body.refresh_from_db()
    assert not body.is_active
    assert Event.objects.filter(type="grids.cells.organisation_changed").latest("id").payload["fields"] == ["acts"]


def test_what_happens_to_a_body_happens_to_its_organisation(community: Territory, system: User) -> None:
    body = add_body(actor=system, kind="party_organisation", name="绿园党委", territory=community)
    drain()
    found = PartyOrganisation.objects.get()
    assert (found.name, found.rank, found.body) == ("绿园党委", COMMITTEE, body)

    grid = GridFactory(community=community)
    change_body(actor=system, body=body, name="绿园党支部", territory=grid)
    drain()
    found.refresh_from_db()
    assert (found.name, found.rank, found.territory) == ("绿园党支部", BRANCH, grid)

    namesake = OrganisationFactory(territory=grid, rank=BRANCH, name="先锋支部")
    change_body(actor=system, body=body, name="先锋支部")
    drain()
    namesake.refresh_from_db()
    found.refresh_from_db()
    assert (namesake.body, found.body) == (body, None)

    change_body(actor=system, body=body, kind="team")
    drain()
    namesake.refresh_from_db()
    assert namesake.body is None


def test_who_has_others_below_is_not_dissolved(community: Territory, system: User) -> None:
    committee = OrganisationFactory(territory=community)
    branch = OrganisationFactory(territory=community, rank=BRANCH, parent=committee, name="第一党支部")
    term = make_leader(branch)
    with pytest.raises(Conflict, match="第一党支部"):
        services.change_organisation(actor=system, organisation=committee, is_active=False)

    services.change_organisation(actor=system, organisation=branch, is_active=False)
    services.change_organisation(actor=system, organisation=committee, is_active=False)

    term.refresh_from_db()
    assert not branch.terms.in_force().exists()
    assert organisations_at(community) == []


HEADERS = ("名称", "层级", "类型", "所属单位或行业", "地区编码", "上级党组织", "联系电话", "认领心愿", "现有")


def test_organisations_come_from_a_sheet_and_go_into_one(community: Territory, system: User) -> None:
    grid = GridFactory(community=community)
    rows = [
        ("社区党委", "党委", "", "", community.code, "", "025-5550 0104", "是", "是"),
        ("第一党支部", "党支部", "属地党组织", "", grid.code, "社区党委", "", "否", "是"),
        ("物业党支部", "党支部", "单位党组织", "洲岛物业", community.code, "社区党委", "", "否", "是"),
    ]
    bad = [
        ("第二党支部", "支委", "", "", grid.code, "", "", "", ""),
        ("组", "党小组", "", "", grid.code, "无", "", "", ""),
    ]
    sheet = tablib.Dataset(*rows, *bad, headers=HEADERS)
    preview = OrganisationResource(actor=system).import_data(sheet, dry_run=True, raise_errors=False)
    said = [str(row.error) for row in preview.invalid_rows]
    assert "第 5 行" in said[0]
    assert "支委" in said[0]
    assert "没有叫“无”的党组织" in said[1]
    assert not PartyOrganisation.objects.exists()

    OrganisationResource(actor=system).import_data(tablib.Dataset(*rows, headers=HEADERS), raise_errors=True)

    assert PartyOrganisation.objects.get(name="第一党支部").parent.name == "社区党委"  # type: ignore[union-attr]
    out = OrganisationResource(actor=system).export()
    again = OrganisationResource(actor=system).import_data(out, raise_errors=True)
    assert again.totals["skip"] == len(rows)


def test_administrators_see_the_tree_and_set_up_organisations(
    client: Client, community: Territory, system: User
) -> None:
    enter_as_staff(client, system)
    form = {
        "name": "社区党委",
        "rank": "1",
        "kind": "place",
        "territory": community.pk,
        "is_active": "on",
        "acts": "on",
    }
    assert client.post(reverse("admin:grids_partyorganisation_add"), form).status_code == 302
    found = PartyOrganisation.objects.get()
    assert found.acts
    wrong = client.post(reverse("admin:grids_partyorganisation_add"), form | {"name": "小组", "rank": "5"})
    assert "不能设在社区这一级" in wrong.content.decode()
    OrganisationFactory(name="第一党支部", rank=BRANCH, parent=found)
    listing = client.get(reverse("admin:grids_partyorganisation_changelist"), {"q": "支部"}).content.decode()
    assert "　　第一党支部" in listing
    change = reverse("admin:grids_partyorganisation_change", args=[found.pk])
    assert client.post(change, form | {"name": "社区党总支"}).status_code == 302
    assert Body.objects.get().name == "社区党总支"


def test_pages_name_organisations_and_show_leaders_to_those_concerned_only(
    client: Client, community: Territory, django_assert_max_num_queries: object
) -> None:
    committee = OrganisationFactory(name="社区党委")
    parent = committee
    for rank in (Rank.GENERAL_BRANCH, BRANCH, GROUP):
        parent = OrganisationFactory(rank=rank, parent=parent, name=f"{rank.label}一")
    leader = make_leader(committee, user=PersonFactory(display_name="许书记"))
    listing = reverse("party_organisations", args=[community.code])
    pages = [reverse("party_organisation", args=[committee.pk]), reverse("api_party_organisation", args=[committee.pk])]

    assert "党小组一" in client.get(listing).content.decode()
    assert len(client.get(reverse("api_party_organisations", args=[community.code])).json()["results"]) == 4
    for page in pages:
        answer = client.get(page).content.decode()
        assert "社区党委" in answer
        assert "许书记" not in answer
    for person in (make_staff(Role.COMMUNITY_WORKER, community), leader.user):
        browser = enter_as_staff(Client(), person) if person.is_staff else enter(Client(), person)
        for page in pages:
            assert "许书记" in browser.get(page).content.decode()
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            browser.get(pages[0])
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            browser.get(listing)
    assert client.get(reverse("party_organisations", args=["320105004999"])).status_code == 404
    PartyOrganisation.objects.filter(pk=committee.pk).update(is_active=False)
    assert client.get(pages[0]).status_code == 404


def test_a_street_page_shows_its_own_only(client: Client, community: Territory) -> None:
    OrganisationFactory(territory=StreetFactory(), name="街道党工委")
    OrganisationFactory(territory=community, name="社区党委")
    page = client.get(reverse("party_organisations", args=["320105004"])).content.decode()
    assert "街道党工委" in page
    assert "社区党委" not in page


def test_organisations_and_members_follow_a_grid_that_is_taken_up(community: Territory, system: User) -> None:
    old, new = GridFactory(community=community), GridFactory(community=community)
    for grid in (old, new):
        services.add_organisation(actor=system, name="先锋支部", rank=BRANCH, territory=grid, acts=grid is old)
    member = make_member(PartyOrganisation.objects.get(territory=old), near=old)
    drain()

    merge_grids(actor=system, grid=old, into=new, reason="户数太少")
    drain()

    names = set(PartyOrganisation.objects.filter(territory=new).values_list("name", flat=True))
    assert names == {"先锋支部", f"先锋支部（{old.code[-3:]}）"}
    assert Body.objects.get().name == f"先锋支部（{old.code[-3:]}）"
    member.refresh_from_db()
    assert (member.near, member.organisation.territory) == (new, new)
    with pytest.raises(Invalid, match="并入"):
        services.add_organisation(actor=system, name="新支部", rank=BRANCH, territory=Territory.objects.get(pk=old.pk))
