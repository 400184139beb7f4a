"""Lists: the public one with its filters, one's own, and the desk."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from grids.roles.domain import Role
from tests.grids.roles.factories import make_resident, make_staff
from tests.grids.territory.factories import GridFactory
from tests.wishes.wishes.factories import (
    MONDAY,
    SECRET_PHONE,
    Cast,
    CategoryFactory,
    claimed,
    confirmed,
    drafted,
    fulfilled,
    make_cast,
    moderated,
    posted,
    special,
)
from tests.wishes.wishes.pages import client_of
from wishes.wishes import services
from wishes.wishes.domain import Kind
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db

LIST, MINE, DESK = reverse("wish_list"), reverse("wish_mine"), reverse("wish_desk")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def titles(client: Client, address: str) -> list[str]:
    return [card.wish.title for card in client.get(address).context["cards"]]


def rows(client: Client, address: str) -> list[str]:
    return [row.wish.title for row in client.get(address).context["rows"]]


def many(cast: Cast, count: int, **fields: Any) -> list[Wish]:
    """Public wishes of as many people, each an hour later than the one before."""
    return [
        posted(
            cast,
            author=make_resident(cast.community),
            title=f"心愿 {n:03d}",
            at=MONDAY + timedelta(hours=n),
            **fields,
        )
        for n in range(count)
    ]


# -- the public list ---------------------------------------------------------------------------------------------------
def test_only_what_is_public_stands_there(cast: Cast) -> None:
    posted(cast, author=cast.stranger, title="公开的")
    moderated(cast, author=make_resident(cast.community), title="还没看过的")
    special(cast, author=make_resident(cast.community), title="还没核实的")
    drafted(cast, title="还在写的")
    assert titles(client_of(None), LIST) == ["公开的"]
    assert titles(client_of(cast.stranger), LIST) == ["公开的"]


def test_it_pages_by_key_in_both_directions_without_counting(cast: Cast) -> None:
    expected = [wish.title for wish in many(cast, 30)][::-1]
    client = client_of(None)
    seen: list[str] = []
    address: str = LIST
    pages = 0
    while address:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(address).context["page"]
        assert not [query for query in queries if "COUNT(*)" in query["sql"].upper()]
        seen += [wish.title for wish in page.items]
        last, address, pages = page, f"{LIST}{page.next_url}" if page.next_url else "", pages + 1
    assert seen == expected
    assert pages == 3
    before = client.get(f"{LIST}{last.previous_url}").context["page"]
    assert [wish.title for wish in before.items] == expected[12:24]
    first = client.get(f"{LIST}{before.previous_url}").context["page"]
    assert [wish.title for wish in first.items] == expected[:12]
    assert first.previous_url == ""


@pytest.mark.parametrize("nonsense", ["x", "0", "-1", "99999999999999999999", "1~2", "' OR 1=1", ""])
def test_an_address_made_up_shows_the_first_page(cast: Cast, nonsense: str) -> None:
    posted(cast)
    response = client_of(None).get(LIST, {"after": nonsense, "state": nonsense, "kind": nonsense, "place": nonsense})
    assert response.status_code == 200
    assert len(response.context["cards"]) == 1


def test_filters_stand_in_the_address(cast: Cast) -> None:
    elsewhere = GridFactory(code="320105004004009", community=cast.community)
    goods = CategoryFactory(kind=Kind.GOODS, code="goods")
    posted(cast, author=cast.stranger, title="这里的服务")
    posted(cast, author=make_resident(cast.community), title="别处的服务", territory=elsewhere)
    posted(cast, author=make_resident(cast.community), title="这里的实物", category=goods, quantity=3, unit="件")
    claimed(cast, title="有人帮的")
    client = client_of(None)
    assert set(titles(client, f"{LIST}?state=claimed")) == {"有人帮的"}
    assert set(titles(client, f"{LIST}?kind=goods")) == {"这里的实物"}
    assert set(titles(client, f"{LIST}?category=goods")) == {"这里的实物"}
    assert set(titles(client, f"{LIST}?place={elsewhere.code}")) == {"别处的服务"}
    assert len(titles(client, f"{LIST}?place={cast.community.code}")) == 4
    assert f"?place={cast.community.code}" in client.get(f"{LIST}?where=洲岛").content.decode()


def test_residents_see_their_own_community_first(cast: Cast) -> None:
    posted(cast, author=cast.stranger, title="我家这边的")
    neighbour = make_resident(cast.community)
    outsider = make_resident(cast.other_worker.appointments.get().territory)
    assert titles(client_of(neighbour), LIST) == ["我家这边的"]
    assert titles(client_of(outsider), LIST) == []
    assert titles(client_of(outsider), f"{LIST}?place=all") == ["我家这边的"]


def test_an_empty_list_offers_the_next_step(cast: Cast) -> None:
    assert reverse("wish_new") in client_of(None).get(LIST).content.decode()
    assert "看全部" in client_of(None).get(f"{LIST}?state=claimed").content.decode()


def test_a_card_says_what_is_missing_of_goods(cast: Cast) -> None:
    goods = CategoryFactory(kind=Kind.GOODS)
    posted(cast, category=goods, quantity=7000, unit="斤")
    page = client_of(None).get(LIST).content.decode()
    assert "还差 7000 斤" in page
    assert "0 / 7000 斤已认领" in page


def test_a_card_of_a_wish_met_has_its_stars_and_time(cast: Cast) -> None:
    confirmed(cast)
    page = client_of(None).get(LIST).content.decode()
    assert "评价 5 星" in page
    assert "用时 2 小时" in page


# -- one's own ---------------------------------------------------------------------------------------------------------
def test_mine_are_mine_and_those_i_help_with(cast: Cast) -> None:
    fulfilled(cast, title="桂芳的")
    posted(cast, author=cast.stranger, title="别人的")
    assert titles(client_of(cast.author), MINE) == ["桂芳的"]
    assert titles(client_of(cast.volunteer), MINE) == []
    assert titles(client_of(cast.volunteer), f"{MINE}?tab=helping") == ["桂芳的"]
    assert client_of(None).get(MINE).status_code == 302


def test_a_draft_waits_above_the_others(cast: Cast) -> None:
    drafted(cast, title="写了一半的")
    page = client_of(cast.author).get(MINE)
    assert page.context["draft"].title == "写了一半的"
    assert "接着写" in page.content.decode()


# -- the desk ----------------------------------------------------------------------------------------------------------
def test_the_late_first_then_what_is_due_and_what_waits_last(cast: Cast) -> None:
    now = timezone.now()
    fresh = posted(cast, author=cast.stranger, title="还早", at=now)
    late = posted(cast, author=make_resident(cast.community), title="超时了", at=now - timedelta(days=30))
    waiting = posted(cast, author=make_resident(cast.community), title="等回答", at=now - timedelta(days=40))
    services.pause_for_resident(actor=cast.worker, wish=waiting, question="您哪天在家？")
    client = client_of(cast.worker)
    assert rows(client, DESK) == [late.title, fresh.title, waiting.title]
    assert rows(client, f"{DESK}?show=late") == ["超时了"]
    assert rows(client, f"{DESK}?show=waiting") == ["等回答"]
    tiles = {tile["label"]: tile["count"] for tile in client.get(DESK).context["tiles"]}
    assert tiles == {"超时": 1, "今天到期": 0, "待核实": 0, "未认领": 3}


def test_it_holds_what_the_place_covers_and_nothing_else(cast: Cast) -> None:
    posted(cast, title="这里的")
    special(cast, author=make_resident(cast.community), title="要核实的")
    drafted(cast, author=cast.stranger, title="草稿")
    for person in (cast.worker, cast.grid_head, cast.secretary, cast.street_officer):
        assert set(rows(client_of(person), DESK)) == {"这里的", "要核实的"}
    assert rows(client_of(cast.other_worker), DESK) == []


def test_filters_of_the_desk(cast: Cast) -> None:
    other_grid = GridFactory(code="320105004004009", community=cast.community)
    make_staff(Role.GRID_HEAD, other_grid)
    posted(cast, author=cast.stranger, title="三号的")
    posted(cast, author=make_resident(cast.community), title="九号的", territory=other_grid)
    special(cast, author=make_resident(cast.community), title="要核实的")
    client = client_of(cast.worker)
    assert rows(client, f"{DESK}?grid={other_grid.code}") == ["九号的"]
    assert rows(client, f"{DESK}?show=verify") == ["要核实的"]
    assert rows(client, f"{DESK}?category={cast.category.code}&show=unclaimed&grid={cast.grid.code}") == ["三号的"]
    assert rows(client, f"{DESK}?show=mine") == []
    assert set(rows(client_of(cast.grid_head), f"{DESK}?show=mine")) == {"三号的", "要核实的"}
    assert len(rows(client, f"{DESK}?show=nonsense&grid=x&category=y&after=z")) == 3


def test_it_pages_by_key(cast: Cast) -> None:
    expected = [wish.title for wish in many(cast, 30)]
    client = client_of(cast.worker)
    first = client.get(DESK).context["page"]
    second = client.get(f"{DESK}{first.next_url}").context["page"]
    shown = [wish.title for wish in [*first.items, *second.items]]
    assert sorted(shown) == sorted(expected)
    assert len(set(shown)) == 30
    back = client.get(f"{DESK}{second.previous_url}").context["page"]
    assert [wish.pk for wish in back.items] == [wish.pk for wish in first.items]


def test_who_handles_nothing_is_told_so(cast: Cast) -> None:
    for person in (cast.author, cast.volunteer, cast.supervisor):
        response = client_of(person).get(DESK)
        assert response.status_code == 403
        assert "工作台" in response.content.decode()
    assert client_of(None).get(DESK).status_code == 302


def test_no_contact_on_the_desk(cast: Cast) -> None:
    posted(cast)
    page = client_of(cast.worker).get(DESK).content.decode()
    assert SECRET_PHONE[-8:] not in page


def test_nothing_to_do_offers_something(cast: Cast) -> None:
    assert reverse("wish_new_for") in client_of(cast.worker).get(DESK).content.decode()


@pytest.mark.parametrize(("who", "address"), [("worker", DESK), ("stranger", LIST), ("author", MINE), (None, LIST)])
def test_more_rows_cost_no_more_queries(cast: Cast, who: str | None, address: str) -> None:
    def cost() -> int:
        client = client_of(getattr(cast, who) if who else None)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    confirmed(cast)
    posted(cast, author=make_resident(cast.community), category=CategoryFactory(kind=Kind.GOODS), quantity=5, unit="件")
    few = cost()
    many(cast, 11)
    assert cost() <= few
    assert few <= 12


def test_the_form_is_folded_until_something_is_chosen_in_it(cast: Cast) -> None:
    posted(cast)
    client = client_of(None)
    folded, open_ = '<details class="list-narrowing">', '<details class="list-narrowing" open>'
    assert folded in client.get(LIST).content.decode()
    assert folded in client.get(f"{LIST}?state=published").content.decode(), "states are pills outside of the form"
    for chosen in ("kind=service", f"category={cast.category.code}", "where=%E7%A4%BE%E5%8C%BA"):
        assert open_ in client.get(f"{LIST}?{chosen}").content.decode()
