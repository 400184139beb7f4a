"""What the work list is narrowed by: each filter by itself and all together; what is not known counts for nothing."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from tests.grids.roles.factories import make_resident
from tests.wishes.wishes.factories import MONDAY, Cast, make_cast, posted, special
from tests.wishes.wishes.pages import client_of
from wishes.desk.filters import DeskFilters, kept_query
from wishes.wishes import services

pytestmark = pytest.mark.django_db


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
    draft = services.start_draft(actor=cast.worker, on_behalf_of=make_resident(cast.community))
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
    assert titles(cast, "paper=1") == {"读报"}
    assert titles(cast, "q=水龙") == {"水龙头"}
    assert titles(cast, f"q={tap.number}") == {"水龙头"}
    assert titles(cast, "urgency=week&show=verify") == {"买菜"}
    assert titles(cast, "urgency=immediate") == set()


def test_what_is_not_known_counts_for_nothing(cast: Cast) -> None:
    posted(cast, title="水龙头")
    for query in ("who=x", "who=99", "group=x", "from=x", "until=9999-99-99", "urgency=x", "grid=x", "q=%00"):
        assert titles(cast, query) == {"水龙头"}, query
        assert client_of(cast.worker).get(f"{reverse('wish_desk')}?{query}").status_code == 200


def test_filters_stay_in_the_address_through_pages_pills_and_views(cast: Cast) -> None:
    posted(cast, title="水龙头")
    page = client_of(cast.worker).get(f"{reverse('wish_desk')}?q=水龙&urgency=week&evil=1").content.decode()
    assert 'value="水龙"' in page
    assert "evil" not in page.split('class="desk-save"')[1].split("</details>")[0]
    assert kept_query("q=a&after=1~2&show=late&show=today") == "show=today&q=a"


def test_in_words(cast: Cast) -> None:
    filters = DeskFilters(cast.worker, QueryDict("show=late&who=me&paper=1&q=灯"), timezone.now())
    assert filters.in_words == "超时 · 我 · 代录的 · “灯”"


def test_all_filters_at_once_cost_no_more_queries(cast: Cast, django_assert_max_num_queries: object) -> None:
    posted(cast, title="水龙头")
    client = client_of(cast.worker)
    address = f"{reverse('wish_desk')}?who=me&group=any&urgency=week&q=a&from=2026-01-01"
    client.get(address)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get(address)
