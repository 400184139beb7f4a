"""Finding wishes: what is found and what never is, by page and by program."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.grids.roles.factories import make_resident
from tests.grids.territory.factories import GridFactory
from tests.wishes.wishes.factories import (
    MONDAY,
    SECRET_ADDRESS,
    SECRET_NAME,
    SECRET_PHONE,
    Cast,
    CategoryFactory,
    claimed,
    drafted,
    make_cast,
    moderated,
    posted,
    special,
)
from tests.wishes.wishes.pages import client_of
from wishes.wishes import searching, services
from wishes.wishes.marking import excerpt, marked
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db

LIST, API = reverse("wish_list"), reverse("api_wishes")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(params=["by words", "by walking", "by walking in vain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way to the results gives the same results."""
    if request.param != "by words":
        monkeypatch.setattr(searching, "COST_OF_WALKING", -1)
    if request.param == "by walking in vain":
        monkeypatch.setattr(searching, "FURTHEST", 1)
    return str(request.param)


def found(cast: Cast, query: str, *, viewer: Any = None, **params: str) -> list[str]:
    answer = client_of(viewer).get(LIST, {"q": query, "place": "all", **params})
    assert answer.status_code == 200
    return [card.wish.title for card in answer.context["cards"]]


def api_found(query: str, **params: str) -> list[str]:
    answer = client_of(None).get(API, {"q": query, **params})
    assert answer.status_code == 200, answer.content
    return [wish["title"] for wish in answer.json()["results"]]


def public(cast: Cast, title: str, **fields: Any) -> Wish:
    return posted(cast, author=make_resident(cast.community), title=title, **({"details": "", "place": ""} | fields))


@pytest.mark.usefixtures("way")
def test_one_character_and_either_writing(cast: Cast) -> None:
    for title in ("路燈不亮", "ＷｉＦｉ連不上", "楼道灯坏了"):
        public(cast, title)
    for query, titles in {
        "灯": ["楼道灯坏了", "路燈不亮"],
        "燈": ["楼道灯坏了", "路燈不亮"],
        "路灯": ["路燈不亮"],
        "灯，坏": ["楼道灯坏了"],
        "wifi连不上": ["ＷｉＦｉ連不上"],
        "ＷＩＦＩ": ["ＷｉＦｉ連不上"],
        "不亮了没": [],
        "亮路": [],
        "琴": [],
    }.items():
        assert found(cast, query) == titles, query
        assert api_found(query) == titles, query


@pytest.mark.usefixtures("way")
def test_details_place_and_category_are_searched(cast: Cast) -> None:
    public(cast, "甲", details="有一只会说话的鹦鹉")
    public(cast, "乙", place="鹦鹉巷口")
    public(cast, "丙", category=CategoryFactory(name="鹦鹉和猫"))
    public(cast, "丁")
    assert found(cast, "鹦鹉") == ["丙", "乙", "甲"]


@pytest.mark.usefixtures("way")
def test_what_is_not_public_is_found_by_staff_of_the_place_alone(cast: Cast) -> None:
    moderated(cast, author=make_resident(cast.community), title="鹦鹉等着看", details="")
    special(cast, author=make_resident(cast.community), title="鹦鹉等核实", details="")
    drafted(cast, author=cast.stranger, title="鹦鹉还在写", details="")
    ended = public(cast, "说清楚的")
    services.close_not_ours(actor=cast.worker, wish=ended, referred_to="鹦鹉协会", reason="要请他们来看")
    for viewer in (None, cast.author, cast.volunteer, cast.worker):
        assert found(cast, "鹦鹉", viewer=viewer) == []
    assert api_found("鹦鹉") == []
    everything = ["说清楚的", "鹦鹉等核实", "鹦鹉等着看"]
    assert found(cast, "鹦鹉", viewer=cast.worker, among="work") == everything
    assert found(cast, "鹦鹉", viewer=cast.grid_head, among="work") == everything
    for viewer in (None, cast.author, cast.volunteer, cast.other_worker):
        assert found(cast, "鹦鹉", viewer=viewer, among="work") == []


@pytest.mark.usefixtures("way")
def test_nobody_finds_by_name_phone_or_address(cast: Cast) -> None:
    claimed(cast, title="公开的")
    special(cast, author=make_resident(cast.community), title="没公开的")
    for secret in (SECRET_NAME, SECRET_PHONE, SECRET_ADDRESS, "302", "欧", "13712340001", "12340001"):
        assert found(cast, secret) == []
        assert found(cast, secret, viewer=cast.worker, among="work") == []
        assert api_found(secret) == []


def test_by_number_whole_or_its_end(cast: Cast) -> None:
    first, second = public(cast, "头一个"), public(cast, "第二个")
    hidden = moderated(cast, author=make_resident(cast.community))
    assert found(cast, second.number) == ["第二个"]
    assert found(cast, first.number.replace("-", "")) == ["头一个"]
    assert found(cast, f" {first.number[-4:]} ") == ["头一个"]
    assert api_found(second.number[5:]) == ["第二个"]
    assert found(cast, hidden.number) == []
    assert found(cast, hidden.number[-4:]) == []


@pytest.mark.usefixtures("way")
def test_conditions_go_together(cast: Cast) -> None:
    elsewhere = GridFactory(code="320105004004009", community=cast.community)
    here = public(cast, "这里的灯")
    public(cast, "那里的灯", territory=elsewhere)
    claimed(cast, title="有人帮的灯", details="")
    early = public(cast, "早先的灯", at=MONDAY.replace(day=2))
    assert found(cast, "灯", place=elsewhere.code) == ["那里的灯"]
    assert found(cast, "灯", state="claimed") == ["有人帮的灯"]
    assert found(cast, "灯", since="2026-11-01", until="2026-11-02") == [early.title]
    assert found(cast, "灯", since="2026-11-16", place=cast.grid.code) == ["有人帮的灯", here.title]
    assert found(cast, "灯", category=cast.category.code, until="2026-11-15") == [early.title]
    assert found(cast, "灯", since="2026-02-31", until="昨天") == ["早先的灯", "有人帮的灯", "那里的灯", here.title]
    assert api_found("灯", since="2026-11-16", place=cast.grid.code) == ["有人帮的灯", here.title]
    assert api_found("灯", place=cast.community.code[:9], state="claimed") == ["有人帮的灯"]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("dates", [{}, {"since": "2026-11-01"}])
def test_pages_are_stable_in_both_directions(cast: Cast, dates: dict[str, str]) -> None:
    expected = [public(cast, f"灯 {n:03d}", at=MONDAY).title for n in range(27)][::-1]
    client, address, seen = client_of(None), f"{LIST}?q=灯&place=all&{'since=2026-11-01' if dates else ''}", []
    for _ in range(3):
        page = client.get(address).context["page"]
        seen += [wish.title for wish in page.items]
        if page.next_url:
            public(cast, "灯 刚许的", at=MONDAY)
            assert parse_qs(urlsplit(page.next_url).query)["q"] == ["灯"]
            address = LIST + page.next_url
    assert seen == expected
    back = client.get(LIST + page.previous_url).context["page"]
    assert [wish.title for wish in back.items] == expected[12:24]
    answer = client.get(API, {"q": "灯", "limit": "20", **dates, "until": "2030-01-01"}).json()
    assert [wish["title"] for wish in client.get(answer["next"]).json()["results"]][-1] == expected[-1]


HOSTILE = [
    "%",
    "_",
    "\\",
    "'; DROP TABLE wishes_wish; --",
    "{灯}",
    '"灯',
    "NULL",
    "灯" * 5000,
    "<mark>",
    "\u202e灯",
    "{}",
]


@pytest.mark.usefixtures("way")
def test_hostile_queries_are_words_like_any(cast: Cast) -> None:
    public(cast, "一盏灯")
    for query in HOSTILE:
        page = client_of(None).get(LIST, {"q": query, "place": "all"})
        assert page.status_code == 200, query
        assert "<mark><mark>" not in page.content.decode()
        assert client_of(None).get(API, {"q": query}).status_code in (200, 400)


def test_a_program_is_told_what_is_wrong(cast: Cast) -> None:
    for params in ({"since": "昨天"}, {"place": "12"}, {"q": "灯\x00"}, {"q": "长" * 41}):
        assert client_of(None).get(API, params).status_code == 400


def test_words_are_marked_and_everything_else_is_escaped() -> None:
    assert marked("<b>廚房</b>漏水，漏水", ["厨房", "漏水"]) == (
        "&lt;b&gt;<mark>廚房</mark>&lt;/b&gt;<mark>漏水</mark>，<mark>漏水</mark>"
    )
    assert marked("一盏灯", []) == "一盏灯"
    assert marked("ＷｉＦｉ", ["wifi"]) == "<mark>ＷｉＦｉ</mark>"
    assert marked("", ["灯"]) == ""
    text = "前面说了很多很多很多很多话，" + "路燈不亮" + "，后面也说了很多。" * 10
    assert excerpt(text, ["路灯"]).startswith("…")
    assert "<mark>路燈</mark>不亮" in excerpt(text, ["路灯"])
    assert excerpt(text, ["琴"]) == ""


def test_a_page_shows_where_the_words_stand(cast: Cast) -> None:
    public(cast, "楼道的燈", details="三楼的灯不亮。")
    page = client_of(None).get(LIST, {"q": "灯"}).content.decode()
    assert "楼道的<mark>燈</mark>" in page
    assert "三楼的<mark>灯</mark>不亮。" in page


def test_nothing_found_says_what_might_be(cast: Cast) -> None:
    CategoryFactory(name="修灯", code="lamps")
    public(cast, "别的")
    page = client_of(None).get(LIST, {"q": "修灯 洲岛", "state": "claimed"}).content.decode()
    assert "没有找到含有“修灯 洲岛”的心愿" in page
    assert "category=lamps" in page
    assert f"q={'%E4%BF%AE%E7%81%AF'}&amp;state=claimed" in page or "state=claimed&amp;q=%E4%BF%AE%E7%81%AF" in page
    assert cast.community.code in client_of(None).get(LIST, {"q": "洲岛"}).content.decode()
    assert "只有标点找不了" in client_of(None).get(LIST, {"q": "。。"}).content.decode()


def test_a_search_asks_few_questions_and_counts_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(14):
        public(cast, f"一盏路灯 {n}")
    client = client_of(cast.author)
    client.get(LIST)  # the calendar is read once a minute
    for cost in (1_000_000, -1):
        monkeypatch.setattr(searching, "COST_OF_WALKING", cost)
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(LIST, {"q": "一盏路灯"}).context["cards"]) == 12
        assert len(queries) <= 12
        # The only number asked for is that of unread notices, up to a hundred.
        assert [query["sql"] for query in queries if "COUNT(*)" in query["sql"] and "notice" not in query["sql"]] == []
        assert not [query for query in queries if " OFFSET " in query["sql"]]


@pytest.mark.parametrize(
    ("having", "total", "walked"),
    [
        (400, 10_000, False),  # 500 to be walked through
        (4_000, 100_000, True),
        (40_000, 1_000_000, True),
        (700, 10_000, True),
        (5, 1_000_000, False),
        (0, 0, False),
    ],
)
def test_the_way_follows_from_how_far_a_walk_would_go(
    having: int, total: int, walked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = searching.Search("水管")
    monkeypatch.setattr(searching.Search, "_expected", lambda _self: (having, total))
    assert search._is_walked(13) is walked


def test_the_planner_is_asked_how_many_have_each_pair_and_how_many_there_are(cast: Cast) -> None:
    for n in range(30):
        public(cast, "路灯" if n % 3 else "水管")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE wishes_searchtext")
    having, total = searching.Search("水管")._expected()
    assert total == 30
    assert having < total
