"""Which wishes near by are shown to somebody who is about to wish for the same."""

from typing import Any

import pytest
from django.db import connection

from grids.territory.models import Territory
from tests.grids.territory.factories import GridFactory
from tests.wishes.wishes.factories import Cast, CategoryFactory, claimed, confirmed, make_cast, moderated, posted
from wishes.wishes.domain import Kind
from wishes.wishes.models import Category
from wishes.wishes.similar import ALIKE, NEWEST, Sought, grams, likeness, similar_wishes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("路灯不亮", "3栋楼下的路灯坏了好几天"),
        ("想请人修一下水龙头", "水龙头漏水，请帮忙看看"),
        ("樓下路燈不亮", "楼下路灯不亮了"),
        ("电梯", "电梯又停了"),
    ],
)
def test_titles_that_name_the_same_thing_are_alike(one: str, other: str) -> None:
    assert likeness(grams(one), grams(other)) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [("路灯不亮", "想请人陪我去医院"), ("想请人修水龙头", "想请人教我用手机"), ("", "路灯"), ("请帮帮我", "请帮帮他")],
)
def test_others_are_not(one: str, other: str) -> None:
    assert likeness(grams(one), grams(other)) < ALIKE


def test_a_word_of_two_characters_is_a_pair_and_little_words_divide() -> None:
    assert "路灯" in grams("路灯的灯")
    assert "灯灯" not in grams("路灯的灯")
    assert grams("路燈") == grams("路灯")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def sought(cast: Cast, title: str, category: Category | None = None, place: Territory | None = None) -> Sought:
    return Sought(title, category or cast.category, place or cast.grid, cast.community)


@pytest.mark.django_db
def test_the_likeliest_come_first_and_only_open_public_ones_of_others(cast: Cast) -> None:
    far = posted(cast, title="路灯坏了", author=cast.stranger, territory=GridFactory(community=cast.community))
    near = posted(cast, title="路灯坏了", author=cast.stranger)
    taken = claimed(cast, title="门口的路灯坏了一盏，晚上看不清").wish
    posted(cast, title="想找人陪我聊天", author=cast.stranger)
    confirmed(cast, title="路灯坏了")
    moderated(cast, title="路灯坏了", author=cast.stranger)

    assert similar_wishes(sought(cast, "路灯坏了")) == [near.pk, far.pk, taken.pk]
    assert similar_wishes(sought(cast, "路灯坏了"), but_not_of=cast.stranger) == [taken.pk]
    assert similar_wishes(sought(cast, "帮忙搬家")) == []


@pytest.mark.django_db
def test_sister_categories_are_looked_at_and_others_are_not(cast: Cast) -> None:
    group = CategoryFactory()
    light, facility = CategoryFactory(parent=group), CategoryFactory(parent=group)
    wish = posted(cast, title="路灯坏了", author=cast.stranger, category=light)
    posted(cast, title="路灯坏了", author=cast.stranger)
    assert similar_wishes(sought(cast, "路灯不亮", facility)) == [wish.pk]


@pytest.mark.django_db
def test_a_public_matter_of_the_same_grid_counts_whatever_its_words(cast: Cast) -> None:
    matter = CategoryFactory(kind=Kind.PUBLIC_MATTER)
    wish = posted(cast, title="凳子断了一条腿", author=cast.stranger, category=matter)
    assert similar_wishes(sought(cast, "长椅坏了", matter)) == [wish.pk]
    assert similar_wishes(sought(cast, "长椅坏了", matter, cast.community)) == []


@pytest.mark.django_db
def test_the_candidates_are_read_from_the_head_of_an_index(cast: Cast, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        posted(cast, author=cast.stranger)
    wanted = sought(cast, "水管漏水", CategoryFactory(parent=CategoryFactory()))
    with django_assert_num_queries(2) as asked:
        similar_wishes(wanted)
    statement = asked.captured_queries[-1]["sql"]
    assert f"LIMIT {NEWEST}" in statement
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL join_collapse_limit = 8")  # as PostgreSQL thinks unless tests tell it to be quick
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "wish_similar" in plan
    assert "Sort" not in plan
