"""The words of a wish follow the wish, whatever changes it; the numbers of the map follow its state."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.test import RequestFactory

from portal.accounts.erasure import erase_user
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
)
from wishes.wishes import services
from wishes.wishes.admin import CategoryAdmin
from wishes.wishes.models import Category, OpenCount, SearchText, Wish
from wishes.wishes.tasks import index_category

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def open_counts() -> dict[int, int]:
    """The numbers as they stand once the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return {row.territory_id: row.open for row in OpenCount.objects.all() if row.open}


def words(wish: Wish) -> str:
    return " | ".join(SearchText.objects.filter(wish=wish).values_list("words", flat=True))


def test_a_submitted_wish_has_its_words_and_a_draft_has_none(cast: Cast) -> None:
    draft = drafted(cast, author=cast.stranger)
    assert words(draft) == ""
    wish = posted(cast, title="廚房水管漏水", details="ＷＩＦＩ也坏了。")
    assert words(wish) == f"厨房水管漏水 wifi也坏了 洲岛家园北门附近 {cast.category.name}"


def test_what_is_private_has_no_words(cast: Cast) -> None:
    posted(cast)
    kept = " ".join(f"{row.words} {row.internal}" for row in SearchText.objects.all())
    for secret in (SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE, "3712340001", "桂芳"):
        assert secret not in kept


def test_an_edit_changes_the_words_and_another_step_leaves_the_row_alone(cast: Cast) -> None:
    wish = posted(cast)
    services.edit_wish(actor=cast.author, wish=wish, title="想借一把梯子", details="")
    assert words(wish).startswith("想借一把梯子 洲岛")
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid FROM wishes_searchtext")
        before = cursor.fetchall()
        services.claim_wish(actor=cast.volunteer, wish=wish)
        cursor.execute("SELECT ctid FROM wishes_searchtext")
        assert cursor.fetchall() == before


def test_a_statement_past_the_services_takes_old_words_away(cast: Cast) -> None:
    wish = posted(cast)
    Wish.objects.filter(pk=wish.pk).update(details="")
    assert words(wish) == ""
    call_command("index_wishes", verbosity=0)
    assert words(wish).startswith("厨房水管漏水 想请人看看")


def test_whoever_leaves_leaves_no_words(cast: Cast) -> None:
    wish = posted(cast, title="独一无二的句子")
    erase_user(actor=cast.author, user=cast.author)
    assert words(wish) == ""


def test_a_renamed_category_is_found_by_its_new_name(
    cast: Cast, django_capture_on_commit_callbacks: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    category = CategoryFactory(name="旧的名字")
    wish = posted(cast, category=category)
    monkeypatch.setattr(index_category, "delay", index_category)
    site = CategoryAdmin(Category, admin.site)
    category.name = "新的名字"
    with django_capture_on_commit_callbacks(execute=True):
        site.save_model(RequestFactory().get("/"), category, SimpleNamespace(changed_data=["name"]), change=True)
    assert words(wish).endswith("新的名字")
    Category.objects.update(name="又一个名字")
    call_command("index_wishes", category=category.code, verbosity=0)
    assert words(wish).endswith("又一个名字")


def test_numbers_follow_the_state(cast: Cast) -> None:
    moderated(cast, author=cast.stranger)
    assert open_counts() == {}
    first = posted(cast)
    posted(cast, author=cast.author)
    assert open_counts() == {cast.grid.pk: 2}
    services.claim_wish(actor=cast.volunteer, wish=first)
    assert open_counts() == {cast.grid.pk: 1}
    services.give_up_claim(actor=cast.volunteer, claim=first.claims.get(), reason="临时出差")
    assert open_counts() == {cast.grid.pk: 2}
    services.withdraw_wish(actor=cast.author, wish=first)
    assert open_counts() == {cast.grid.pk: 1}
    Wish.objects.exclude(pk=first.pk).update(territory=cast.community)
    assert open_counts() == {cast.community.pk: 1}


def test_numbers_equal_a_recount_and_a_wrong_one_is_put_right(cast: Cast) -> None:
    claimed(cast, at=MONDAY)
    posted(cast)
    open_counts()
    assert services.recount_open_wishes() == 0
    OpenCount.objects.update(open=7)
    OpenCount.objects.create(territory=cast.community, open=3)
    assert services.recount_open_wishes() == 2
    assert open_counts() == {cast.grid.pk: 1}
