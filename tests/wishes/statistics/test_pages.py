"""What everybody reads, what staff read, and that each number leads to its wishes."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.outbox.services import drain
from tests.grids.territory.factories import CommunityFactory, GridFactory
from tests.portal.accounts.factories import enter, enter_as_staff
from tests.wishes.statistics.factories import counted
from tests.wishes.wishes.factories import MONDAY, Cast, CategoryFactory, confirmed, make_cast, posted
from wishes.statistics.models import StatCell
from wishes.wishes import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args, **kwargs: date(2026, 11, 22))


def as_staff(user: object) -> Client:
    return enter_as_staff(Client(), user)  # type: ignore[arg-type]


# -- public ------------------------------------------------------------------------------------------------------------
def test_everybody_reads_a_years_numbers(client: Client, cast: Cast) -> None:
    ended = {"ended_fulfilled": 40, "satisfied": 30, "unrated": 10, "in_time": 40, "speed": 150}
    counted(cast.grid, cast.category, submitted=60, counts=ended)
    page = client.get("/statistics/?year=2026").content.decode()
    assert "已实现 40 / 已办结 40" in page
    assert "<svg" in page
    assert "<table" in page


def test_a_small_community_is_neither_told_nor_left_over(client: Client, cast: Cast) -> None:
    for code, number in (("320105004001", 30), ("320105004002", 20)):
        counted(CommunityFactory(code=code), cast.category, submitted=number)
    counted(cast.community, cast.category, submitted=3)
    answer = client.get("/api/v1/statistics/?place=320105004").json()
    assert answer["figures"]["submitted"] == 53
    assert [(line["code"], line["figures"]["submitted"]) for line in answer["places"]] == [
        ("320105004001", 30),
        ("", 23),
    ]
    hidden = client.get(f"/statistics/?place={cast.community.code}").content.decode()
    assert "不单独公布" in hidden
    assert client.get(f"/api/v1/statistics/?place={cast.community.code}").json()["figures"] is None


def test_the_download_tells_what_the_page_tells(client: Client, cast: Cast) -> None:
    counted(cast.community, cast.category, submitted=3)
    counted(CommunityFactory(code="320105004001"), cast.category, submitted=30)
    counted(CommunityFactory(code="320105004002"), cast.category, submitted=20)
    text = client.get("/statistics/table.csv?place=320105004&table=places").content.decode("utf-8-sig")
    rows = [line.split(",")[:3] for line in text.splitlines()[1:]]
    assert rows == [["320105004001", "永定社区", "30"], ["", "心愿少的 2 个地方合计", "23"]]
    assert client.get("/statistics/table.csv?table=handlers").status_code == 404
    assert client.get("/statistics/table.csv?table=nothing").status_code == 404


def test_the_month_that_is_not_over_is_not_published(client: Client, cast: Cast) -> None:
    counted(cast.grid, cast.category, month=date(2026, 11, 1), submitted=500)
    counted(cast.grid, cast.category, month=date(2026, 10, 1), submitted=60)
    answer = client.get("/api/v1/statistics/").json()
    assert answer["figures"]["submitted"] == 60
    assert answer["months"][-1]["code"] == "2026-10"


@pytest.mark.parametrize("query", ["place=1", "place=9" * 2, "place=abc", "place=320105004004999"])
def test_a_place_that_is_none_is_not_found(client: Client, query: str) -> None:
    assert client.get(f"/statistics/?{query}").status_code == 404


def test_an_unknown_year_is_the_last_one_with_numbers(client: Client, cast: Cast) -> None:
    counted(cast.grid, cast.category, month=date(2025, 5, 1), submitted=60)
    answer = client.get("/statistics/?year=1999")
    assert "2026年" in answer.content.decode()
    assert client.get("/statistics/?year=2025").context["report"].figures["submitted"] == 60


# -- staff -------------------------------------------------------------------------------------------------------------
def test_each_number_opens_its_wishes(cast: Cast) -> None:
    done, waiting = confirmed(cast), posted(cast)
    drain()
    client = as_staff(cast.worker)
    page = client.get("/statistics/work/").content.decode()
    address = re.search(r'href="(wishes/\?[^"]*what=fulfilled)"', page)
    assert address is not None
    listed = client.get("/statistics/work/" + address[1].replace("&amp;", "&")).content.decode()
    assert done.number in listed
    assert waiting.number not in listed
    still_open = client.get("/statistics/work/wishes/?what=open").content.decode()
    assert waiting.number in still_open
    assert done.number not in still_open


def test_narrowing_stands_in_the_address(cast: Cast) -> None:
    other = CategoryFactory()
    posted(cast)
    posted(cast, category=other)
    posted(cast, at=MONDAY - timedelta(days=60))
    drain()
    client = as_staff(cast.secretary)

    def number(query: str) -> int:
        figures = client.get(f"/statistics/work/?{query}").context["report"].figures
        return int(figures["submitted"])

    assert number("") == 3
    assert number("period=2026-11") == 2
    assert number(f"category={other.code}") == 1
    assert number(f"place={cast.grid.code}&period=2026-09") == 1
    assert number("period=nonsense&category=nonsense") == 3


def test_a_group_of_categories_opens_its_categories(cast: Cast) -> None:
    group = CategoryFactory()
    leaf = CategoryFactory(parent=group)
    posted(cast, category=leaf)
    posted(cast)
    drain()
    client = as_staff(cast.worker)

    def lines(query: str) -> list[str]:
        found = client.get(f"/statistics/work/?{query}").context["report"].categories
        return [line.code for line in found if line.figures["submitted"]]

    assert lines("") == [cast.category.code, group.code]
    assert lines(f"category={group.code}") == [group.code, leaf.code]
    assert lines(f"category={leaf.code}") == [group.code, leaf.code]


def test_another_community_does_not_exist_for_its_neighbour(cast: Cast) -> None:
    client = as_staff(cast.other_worker)
    for address in ("/statistics/work/", "/statistics/work/table.csv", "/statistics/work/wishes/"):
        assert client.get(f"{address}?place={cast.community.code}").status_code == 404
        assert client.get(f"{address}?place=320105004").status_code == 404


def test_only_those_who_appraise_read_the_numbers_of_colleagues(cast: Cast) -> None:
    wish = posted(cast)
    services.transfer_wish(actor=cast.worker, wish=wish, to=cast.secretary, reason="书记来办", at=MONDAY)
    services.accept_handover(actor=cast.secretary, wish=wish, at=MONDAY)
    posted(cast)
    drain()

    def people(user: object) -> list[str]:
        return [line.code for line in as_staff(user).get("/statistics/work/").context["report"].handlers]

    assert set(people(cast.secretary)) == {str(cast.secretary.pk), str(cast.grid_head.pk)}
    assert people(cast.grid_head) == [str(cast.grid_head.pk)]
    assert people(cast.worker) == []


def test_residents_are_told_where_to_look(cast: Cast) -> None:
    client = enter(Client(), cast.author)
    answer = client.get("/statistics/work/")
    assert answer.status_code == 403
    assert "工作人员" in answer.content.decode()


def test_a_formula_in_a_name_stays_text(cast: Cast) -> None:
    category = CategoryFactory(name="=1+1")
    posted(cast, category=category)
    drain()
    text = as_staff(cast.worker).get("/statistics/work/table.csv?table=categories").content.decode("utf-8-sig")
    assert ",'=1+1," in text


def test_the_api_tells_staff_what_the_page_tells(cast: Cast) -> None:
    confirmed(cast)
    drain()
    answer = as_staff(cast.secretary).get("/api/v1/statistics/work/?period=2026-11").json()
    assert answer["figures"]["ended_fulfilled"] == 1
    assert answer["figures"]["resolution"] == 100
    assert answer["first_month"] == answer["last_month"] == "2026-11-01"
    assert [line["code"] for line in answer["places"]] == [cast.grid.code]


@pytest.mark.parametrize("address", ["/statistics/work/", "/statistics/work/wishes/", "/statistics/?place=320105004"])
def test_more_wishes_cost_no_more_queries(cast: Cast, address: str) -> None:
    client = as_staff(cast.street_officer)
    posted(cast)
    drain()
    client.get(address)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(address).status_code == 200
        return len(found)

    before = queries()
    for number in range(6):
        category = CategoryFactory()
        posted(cast, category=category, territory=GridFactory(community=cast.community))
        counted(CommunityFactory(code=f"3201050040{number + 10}"), category, submitted=20)
    drain()
    assert queries() == before <= 12
    assert StatCell.objects.exists()


@pytest.mark.parametrize("address", ["/statistics/work/", "/statistics/?place=320105004"])
def test_a_street_of_sixty_communities_is_still_light(cast: Cast, address: str) -> None:
    """Under 30 KB of HTML, whatever it shows of them at once."""
    for number in range(60):
        counted(
            CommunityFactory(code=f"320105004{number + 100}", name=f"第{number}社区居民委员会"),
            cast.category,
            submitted=90,
        )
    client = as_staff(cast.street_officer)
    found = client.get(address)
    assert found.content.decode().count("社区居民委员会") >= 16
    assert len(found.content) < 30_000, len(found.content)
