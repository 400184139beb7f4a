"""What the work list is narrowed by: each filter by itself and all together; what is not known counts for nothing."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from tests.grids.roles.factories import make_resident
from tests.wishes.open311.factories import make_hotline
from tests.wishes.wishes.factories import MONDAY, Cast, make_cast, posted, special
from tests.wishes.wishes.pages import client_of
from wishes.desk.filters import DeskFilters, kept_query
from wishes.desk.views import worklist
from wishes.neighbours.domain import ReportReason
from wishes.neighbours.services import report_comment, write_comment
from wishes.wishes import services
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db
WORK = "/api/v1/wishes/work/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def titles(cast: Cast, query: str) -> set[str]:
    filters = DeskFilters(cast.worker, QueryDict(query), timezone.now())
    return set(filters.wishes().values_list("title", flat=True))


def test_each_filter(cast: Cast) -> None:
    tap = posted(cast, author=make_resident(cast.community), title="水龙头")
    posted(cast, author=make_resident(cast.community), title="路灯", at=MONDAY + timedelta(days=3))
    special(cast, author=make_resident(cast.community), title="买菜")
    draft = services.start_draft(actor=cast.worker, on_behalf_of=make_resident(cast.community), told_by="phone")
    fields = {"title": "读报", "category": cast.category, "territory": cast.grid, "contact_name": "李四"}
    entered = services.save_draft(actor=cast.worker, wish=draft, **fields)  # type: ignore[arg-type]
    services.submit_wish(actor=cast.worker, wish=entered, at=MONDAY)
    services.transfer_wish(actor=cast.worker, wish=tap, to=cast.worker, reason="我来办")
    everything = {"水龙头", "路灯", "买菜", "读报"}
    assert titles(cast, "") == everything
    assert titles(cast, "who=me") == {"水龙头"}
    assert titles(cast, f"who={cast.grid_head.pk}") == everything - {"水龙头"}
    assert titles(cast, "who=nobody") == set()
    assert titles(cast, "group=any") == titles(cast, "group=solitary_elder") == {"买菜"}
    assert titles(cast, "group=child") == set()
    assert titles(cast, "from=2026-11-18") == {"路灯"}
    assert titles(cast, "until=2026-11-16") == everything - {"路灯"}
    assert titles(cast, "paper=1") == titles(cast, "source=behalf") == titles(cast, "source=phone") == {"读报"}
    assert titles(cast, "source=visit") == set()
    assert titles(cast, "source=web") == everything - {"读报"}
    assert titles(cast, "q=水龙") == {"水龙头"}
    assert titles(cast, f"q={tap.number}") == {"水龙头"}
    assert titles(cast, "urgency=week&show=verify") == {"买菜"}
    assert titles(cast, "urgency=immediate") == set()


def test_what_is_not_known_counts_for_nothing(cast: Cast) -> None:
    posted(cast, title="水龙头")
    for query in (
        "who=x",
        "who=99",
        "group=x",
        "from=x",
        "until=9999-99-99",
        "urgency=x",
        "grid=x",
        "q=%00",
        "q=！",
        "source=x",
        "source=s99",
    ):
        assert titles(cast, query) == {"水龙头"}, query
        assert client_of(cast.worker).get(f"{reverse('wish_desk')}?{query}").status_code == 200


def test_filters_stay_in_the_address_through_pages_pills_and_views(cast: Cast) -> None:
    posted(cast, title="水龙头")
    page = client_of(cast.worker).get(f"{reverse('wish_desk')}?q=水龙&urgency=week&evil=1").content.decode()
    assert 'value="水龙"' in page
    assert "evil" not in page.split('class="desk-save"')[1].split("</details>")[0]
    assert kept_query("q=a&after=1~2&show=late&show=today") == "show=today&q=a"


def test_words_are_looked_for_as_everywhere(cast: Cast) -> None:
    """In all that is searched, in any writing, with what only staff read; with the other filters, and by number."""
    lamp = posted(cast, title="楼道灯坏了", details="三单元的扶手也松了")
    posted(cast, author=make_resident(cast.community), title="水龙头")
    for words in ("樓道燈", "扶手", "灯 扶手", lamp.number, lamp.number[-4:]):
        assert titles(cast, f"q={words}") == {"楼道灯坏了"}, words
    assert titles(cast, "q=扶手&show=verify") == set()
    page = client_of(cast.worker).get(f"{reverse('wish_desk')}?q=扶手").content.decode()
    assert "楼道灯坏了" in page
    assert "水龙头" not in page
    assert 'name="back" value="q=%E6%89%B6%E6%89%8B"' in page
    asked = client_of(cast.worker).get(WORK, {"q": "樓道燈"}).json()["results"]
    assert [(each["title"], each["came_by"]) for each in asked] == [("楼道灯坏了", "网上提交")]


def test_found_words_have_pages(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        posted(cast, author=make_resident(cast.community), title=f"修灯{number}")
    monkeypatch.setattr(worklist, "PAGE_SIZE", 2)
    client, address, seen = client_of(cast.worker), "?q=灯", []
    while address:
        context = client.get(f"{reverse('wish_desk')}{address}").context
        seen += [row.wish.title for row in context["rows"]]
        address = context["page"].next_url
    assert sorted(seen) == [f"修灯{number}" for number in range(5)]


def test_the_source_stands_on_each_row_and_narrows(cast: Cast) -> None:
    source = make_hotline().source
    sent = posted(cast, title="热线转来的")
    Wish.objects.filter(pk=sent.pk).update(source=source)
    posted(cast, author=make_resident(cast.community), title="自己写的")
    client = client_of(cast.worker)
    page = client.get(reverse("wish_desk")).content.decode()
    assert f"· {source.name}" in page
    assert "· 网上提交" in page
    assert titles(cast, f"source=s{source.pk}") == {"热线转来的"}
    asked = client.get(WORK, {"source": f"s{source.pk}"}).json()["results"]
    assert [each["came_by"] for each in asked] == [source.name]
    assert client.get(WORK, {"source": "x"}).status_code == 400


def test_queues_stand_above_the_list_with_their_counts(cast: Cast) -> None:
    comment = write_comment(actor=cast.volunteer, wish=posted(cast), text="我也在修")
    report_comment(actor=cast.author, comment=comment, reason=ReportReason.OTHER)
    page = client_of(cast.worker).get(reverse("wish_desk")).content.decode()
    assert f'href="{reverse("wish_comments_waiting")}">要看的留言 <span class="meta">1</span>' in page
    assert f'href="{reverse("wish_callbacks")}">等回访的居民</a>' in page
    # Who does the work does not call back.
    assert reverse("wish_callbacks") not in client_of(cast.grid_head).get(reverse("wish_desk")).content.decode()


def test_in_words(cast: Cast) -> None:
    filters = DeskFilters(cast.worker, QueryDict("show=late&who=me&paper=1&q=灯"), timezone.now())
    assert filters.in_words == "超时 · 我 · 代录 · “灯”"


def test_all_filters_at_once_cost_no_more_queries(cast: Cast, django_assert_max_num_queries: object) -> None:
    posted(cast, title="水龙头")
    client = client_of(cast.worker)
    address = f"{reverse('wish_desk')}?who=me&group=any&urgency=week&q=a&from=2026-01-01"
    client.get(address)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(address)
