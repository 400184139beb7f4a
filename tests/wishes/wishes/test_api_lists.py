"""Lists of wishes for programs: what they hold, in which order, narrowed by known parameters only."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.portal.api.factories import PersonFactory
from tests.wishes.wishes.api_calls import Caller
from tests.wishes.wishes.factories import (
    MONDAY,
    Cast,
    CategoryFactory,
    claimed,
    confirmed,
    drafted,
    make_cast,
    moderated,
    posted,
)
from wishes.wishes import services
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def _monday_afternoon() -> Iterator[None]:
    with time_machine.travel(MONDAY + timedelta(hours=4), tick=True):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_filters(cast: Cast) -> None:
    roof = CategoryFactory(parent=CategoryFactory(code="house"), code="roof")
    open_one, taken, done = posted(cast), claimed(cast).wish, confirmed(cast)
    roofed = posted(cast, category=roof)
    everything = [roofed.pk, done.pk, taken.pk, open_one.pk]
    visitor = Caller(None)
    assert visitor.ids() == everything
    for query, expected in [
        (f"community={cast.community.code}", everything),
        ("community=320105004002", []),
        (f"grid={cast.grid.code}", everything),
        ("state=claimed", [taken.pk]),
        ("state=closed&end=fulfilled", [done.pk]),
        ("kind=goods", []),
        ("category=roof", [roofed.pk]),
        ("category=house", [roofed.pk]),
        ("category=unknown", []),
        ("limit=1", everything),
    ]:
        assert visitor.ids(f"?{query}") == expected, query


@pytest.mark.parametrize(
    "query",
    [
        "sort=author__phone",
        "author=1",
        "state=draft",
        "state=x",
        "community=1",
        "kind=x",
        "end=withdrawn",
        "category=%00",
    ],
)
def test_other_parameters_and_values_are_refused(query: str) -> None:
    response = Caller(None).get(f"?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_ones_own_lists(cast: Cast) -> None:
    wish, other = claimed(cast).wish, posted(cast, author=cast.stranger, contact_name="李", contact_phone="13800000000")
    draft = drafted(cast)
    assert Caller(cast.author).ids("mine/") == [draft.pk, wish.pk]
    assert Caller(cast.author).ids("mine/?state=draft") == [draft.pk]
    assert Caller(cast.stranger).ids("mine/") == [other.pk]
    assert Caller(cast.volunteer).ids("helping/") == [wish.pk]
    assert Caller(cast.author).ids("helping/") == []
    assert Caller(None).get("mine/").status_code == 401


def test_the_work_list_runs_by_due_time_with_paused_ones_last(cast: Cast) -> None:
    later = posted(cast, at=MONDAY + timedelta(hours=3))
    urgent = posted(cast, category=CategoryFactory(urgency="day"))
    same_day = [moderated(cast).pk for _ in range(3)]
    paused = posted(cast)
    services.pause_for_resident(actor=cast.worker, wish=paused, question="几点在家？", at=MONDAY)
    worker = Caller(cast.worker)
    assert worker.ids("work/?limit=2") == [urgent.pk, later.pk, *same_day, paused.pk]
    assert worker.ids("work/?state=submitted") == same_day
    responsible = Wish.objects.get(pk=later.pk).responsible
    assert responsible is not None
    assert later.pk in Caller(responsible).ids("work/?mine=true")
    assert worker.ids("work/?mine=true") == []


def test_more_wishes_cost_no_more_queries(cast: Cast) -> None:
    def queries(caller: Caller, path: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert caller.get(path).status_code == 200
        return len(captured)

    def grow() -> None:
        for number in range(3):
            person = PersonFactory(legal_name=f"李{number}", phone_verified_at=MONDAY)
            wish = posted(cast, author=person, contact_phone="13800000000")
            services.claim_wish(actor=cast.volunteer, wish=wish)
        confirmed(cast)

    grow()
    visitor, worker = Caller(None), Caller(cast.worker)
    for caller, path in ((visitor, ""), (worker, "work/"), (worker, "")):
        queries(caller, path)
        first = queries(caller, path)
        grow()
        assert queries(caller, path) == first <= MOST_QUERIES, path


def test_a_detail_stays_within_its_queries(cast: Cast) -> None:
    wish, author = confirmed(cast), Caller(cast.author)
    author.get(f"{wish.pk}/")
    with CaptureQueriesContext(connection) as captured:
        author.get(f"{wish.pk}/")
    assert len(captured) <= 20


def test_categories_say_where_wishes_hang(cast: Cast) -> None:
    CategoryFactory(code="gone", is_active=False)
    CategoryFactory(code="child", parent=cast.category)
    listed = Caller(None).client.get("/api/v1/wish-categories/").json()
    assert {each["code"]: each["parent_code"] for each in listed} == {
        cast.category.code: None,
        "child": cast.category.code,
    }
