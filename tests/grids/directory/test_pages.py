"""Finding one's grid with and without a position, and what a grid's public page shows and hides."""

import pytest
from django.test import Client
from django.urls import reverse

from grids.cells.domain import Rank
from grids.roles.domain import Role
from grids.territory.browsing import forget_starting_places
from grids.territory.domain import Level
from tests.grids.cells.factories import OrganisationFactory, make_leader
from tests.grids.roles.factories import AppointmentFactory, PersonFactory, make_resident, make_staff
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, GridFactory, square
from tests.portal.accounts.factories import enter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_starting_places() -> None:
    forget_starting_places()


def read(client: Client, url: str, **query: str) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_grid_publishes_its_people_area_and_phone(client: Client) -> None:
    grid = GridFactory(
        name="第 003 网格",
        supervision_phone="025-8651 0001",
        area_description="东至环岛路",
        boundary=square(118.7, 32.0),
    )
    BuildingFactory(grid=grid, name="3 栋", address="葡园路 3 号", longitude=118.701, latitude=32.001)
    head = PersonFactory(legal_name="陈国平", phone="+8613900001111")
    AppointmentFactory(user=head, role=Role.GRID_HEAD, territory=grid, public_phone="025-8651 2345")
    resident = make_resident(legal_name="金丝雀", phone="+8613900002222")
    page = read(client, reverse("grid_page", args=[grid.code]))
    for words in ("第 003 网格", "江心洲街道", "洲岛家园社区", "陈国平", "网格长", "025-8651 2345", "025-8651 0001"):
        assert words in page
    for words in ("东至环岛路", "3 栋", "葡园路 3 号", f"wishes/new/?grid={grid.code}"):
        assert words in page
    for private in ("13900001111", "1390000 1111", "金丝雀", "13900002222", str(resident.phone)):
        assert private not in page


def test_former_and_suspended_staff_are_not_shown(client: Client) -> None:
    grid = GridFactory()
    former = AppointmentFactory(role=Role.GRID_HEAD, territory=grid, user__legal_name="已卸任", ends_on="2026-11-01")
    AppointmentFactory(territory=grid, user__legal_name="已停用", user__is_active=False)
    page = read(client, reverse("grid_page", args=[grid.code]))
    assert former.user.legal_name not in page
    assert "已停用" not in page
    assert "还没有安排人" in page


def test_a_position_leads_to_its_grid_and_is_kept_in_no_address(client: Client) -> None:
    grid = GridFactory(boundary=square(118.7, 32.0))
    url = reverse("grid_locate")
    answer = client.post(url, {"longitude": "118.701", "latitude": "32.001"})
    assert answer.headers["Location"] == reverse("grid_page", args=[grid.code])
    assert "还没有划进网格" in client.post(url, {"longitude": "100", "latitude": "32"}).content.decode()
    for bad in ({}, {"longitude": "x", "latitude": "1"}, {"longitude": "nan", "latitude": "1"}, {"longitude": "999"}):
        assert "没有读到您的位置" in client.post(url, bad).content.decode()
    assert client.get(url, {"longitude": "118.701", "latitude": "32.001"}).status_code == 405


def test_finding_by_name_and_down_the_list(client: Client) -> None:
    grid = GridFactory(name="第 003 网格")
    BuildingFactory(grid=grid)
    finder = reverse("grid_finder")
    assert "洲岛家园社区" in read(client, finder, q="洲島 家園")
    assert "江心洲街道" in read(client, finder, q="320105004")
    assert "没有找到" in read(client, finder, q="不存在的地方")
    assert "没有找到" in read(client, finder, q="<script>%_\\")
    assert "建邺区" in read(client, finder)
    for code, below in (("320105", "江心洲街道"), ("320105004", "洲岛家园社区"), ("320105004004", "第 003 网格")):
        assert below in read(client, reverse("grid_page", args=[code]))
    building = f"{grid.code}001"
    assert client.get(reverse("grid_page", args=[building])).status_code == 302
    assert client.get(reverse("grid_page", args=["999999"])).status_code == 404
    assert "还没有划网格" in read(client, reverse("grid_page", args=[CommunityFactory(code="320105004001").code]))


def test_a_resident_finds_home_first() -> None:
    browser = enter(Client(), make_resident())
    assert "您住的地方" in read(browser, reverse("grid_finder"))


def test_a_grid_page_costs_the_same_with_more_people(client: Client, django_assert_max_num_queries: object) -> None:
    grid = GridFactory(boundary=square(118.7, 32.0))
    for number in range(5):
        BuildingFactory(grid=grid, code=f"{grid.code}{number + 1:03d}", longitude=118.701, latitude=32.001)
        AppointmentFactory(territory=grid)
        GridFactory(boundary=square(118.71 + number * 0.01, 32.0))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(reverse("grid_page", args=[grid.code]))


def test_a_grid_names_its_organisations_and_nobody_in_them() -> None:
    """The cell with its telephone; without one, the committee of the community. Who guides all its grids is staff."""
    grid = GridFactory()
    committee = OrganisationFactory(territory=grid.ancestor_at(Level.COMMUNITY), phone="025-8651 0001")
    make_staff(Role.INSTRUCTOR, grid.ancestor_at(Level.COMMUNITY), legal_name="指导员赵")
    page = Client().get(reverse("grid_page", args=[grid.code])).content.decode()
    assert committee.name in page
    assert "025-8651 0001" in page
    assert "指导员赵" in page
    cell = make_leader(
        OrganisationFactory(territory=grid, rank=Rank.GROUP, phone="025-8651 0002"),
        user=PersonFactory(legal_name="组长钱"),
    )
    OrganisationFactory(territory=grid, rank=Rank.MEMBER_HUB, name="老林中心户")
    page = Client().get(reverse("grid_page", args=[grid.code])).content.decode()
    assert cell.organisation.name in page
    assert "老林" not in page
    assert committee.name not in page
    assert "组长钱" not in page
    told = Client().get(reverse("api_grid", args=[grid.code])).json()
    assert [one["phone"] for one in told["organisations"]] == ["025-8651 0002"]
