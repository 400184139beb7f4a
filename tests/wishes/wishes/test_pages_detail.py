"""The page of one wish: who sees what of it, and what each can do."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from portal.deadlines.models import Clock
from portal.deadlines.sweeping import sweep_clocks
from tests.wishes.wishes.factories import (
    IN_STATE,
    SECRET_ADDRESS,
    SECRET_NAME,
    SECRET_PHONE,
    Cast,
    claimed,
    confirmed,
    fulfilled,
    make_cast,
    posted,
    special,
)
from tests.wishes.wishes.pages import client_of
from wishes.wishes import services
from wishes.wishes.domain import State
from wishes.wishes.views.step_pages import PAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page_of(user: Any, wish: Any) -> str:
    response = client_of(user).get(wish.get_absolute_url())
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("state", [state for state in State if state != State.DRAFT])
def test_it_opens_for_those_it_is_for_and_tells_nobody_else_the_contact(cast: Cast, state: State) -> None:
    wish = IN_STATE[state](cast)
    hidden = state in (State.SUBMITTED, State.VERIFYING)
    people = {
        "visitor": None,
        "stranger": cast.stranger,
        "other worker": cast.other_worker,
        "volunteer": cast.volunteer,
        "grid head": cast.grid_head,
        "worker": cast.worker,
        "street officer": cast.street_officer,
    }
    for name, person in people.items():
        response = client_of(person).get(wish.get_absolute_url())
        unseen = hidden and name in ("visitor", "stranger", "other worker", "volunteer")
        assert response.status_code == (404 if unseen else 200), name
        page = response.content.decode()
        for secret in (SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE, SECRET_PHONE[-8:]):
            assert secret not in page, name
    own = page_of(cast.author, wish)
    assert SECRET_ADDRESS in own


# What happens in the other states stands in the permission table, and what strangers are refused.
@pytest.mark.parametrize("state", [State.VERIFYING, State.PUBLISHED])
def test_every_step_opens_or_says_why_not(cast: Cast, state: State) -> None:
    wish = IN_STATE[state](cast)
    opened = set()
    for person in (cast.author, cast.volunteer, cast.worker):
        client = client_of(person)
        for slug in PAGES:
            response = client.get(reverse("wish_step", args=[wish.number, slug]))
            assert response.status_code in (200, 403, 404, 409), slug
            if response.status_code == 200:
                opened.add(slug)
            elif response.status_code != 404:
                assert response.context["reason"]
    assert opened


def test_a_number_nobody_has_is_not_found(cast: Cast) -> None:
    assert client_of(None).get("/wishes/2026-1116-9999/").status_code == 404


@pytest.mark.parametrize(
    ("who", "state", "primary"),
    [
        ("volunteer", State.PUBLISHED, "我来帮"),
        ("volunteer", State.CLAIMED, "已经办好"),
        ("author", State.FULFILLED, "确认并评价"),
        ("grid_head", State.VERIFYING, "核实通过"),
        ("worker", State.SUBMITTED, "受理并公开"),
        ("other_volunteer", State.CLAIMED, None),
        ("stranger", State.PUBLISHED, None),
    ],
)
def test_one_red_button_for_each_viewer(cast: Cast, who: str, state: State, primary: str | None) -> None:
    page = page_of(getattr(cast, who), IN_STATE[state](cast))
    assert page.count('class="button primary') == (1 if primary else 0)
    if primary:
        assert f">{primary}</a>" in page


def test_who_may_not_help_is_told_how_to(cast: Cast) -> None:
    assert "登记成为志愿者以后" in page_of(cast.stranger, posted(cast))
    assert "这是您自己的心愿" not in page_of(cast.volunteer, posted(cast, author=cast.stranger))


def test_a_visitor_is_asked_to_sign_in_and_comes_back_to_the_step(cast: Cast) -> None:
    wish = posted(cast)
    claim = reverse("wish_step", args=[wish.number, "claim"])
    assert claim in page_of(None, wish)
    assert client_of(None).get(claim)["Location"] == f"{reverse('account_login')}?next={claim}"


def test_the_timeline_tells_what_was_what_is_and_what_comes(cast: Cast) -> None:
    client = client_of(None)
    steps = client.get(claimed(cast).wish.get_absolute_url()).context["steps"]
    assert [step.state for step in steps] == ["done"] * 4 + ["now"] + ["next"] * 2
    now = next(step for step in steps if step.state == "now")
    assert "正在帮忙" in str(now.label)
    assert "办结时限" in str(now.note)


def test_where_time_ran_out_is_no_step_done(cast: Cast) -> None:
    wish = posted(cast)
    due = Clock.objects.get(subject_id=wish.pk).due_at
    assert due is not None
    sweep_clocks(now=due + timedelta(hours=1))
    page = client_of(cast.author).get(wish.get_absolute_url())
    assert [str(step.label) for step in page.context["steps"] if step.late] == ["超过时限，已上报"]
    line = page.content.decode().split('<li class="overdue">')[1].split("</li>")[0]
    assert "超过时限" in line
    assert "（已完成）" not in line


def test_the_author_sees_who_looked_and_why_and_the_public_does_not(cast: Cast) -> None:
    wish = claimed(cast).wish
    services.reveal_contact(actor=cast.volunteer, wish=wish, reason="约上门的时间")
    assert "约上门的时间" in page_of(cast.author, wish)
    assert "约上门的时间" not in page_of(None, wish)
    assert "约上门的时间" not in page_of(cast.stranger, wish)


def test_the_rating_is_shown_once_it_is_given(cast: Cast) -> None:
    wish = confirmed(cast)
    page = page_of(None, wish)
    assert page.count("5 星") == 2
    assert page.count("4 星") == 1


def test_the_message_of_the_claimant_is_not_for_the_public(cast: Cast) -> None:
    wish = posted(cast)
    services.claim_wish(actor=cast.volunteer, wish=wish, message="我周六下午来")
    assert "我周六下午来" in page_of(cast.author, wish)
    assert "我周六下午来" not in page_of(None, wish)


def test_notes_of_verification_stay_with_the_handlers(cast: Cast) -> None:
    wish = services.verify_wish(actor=cast.grid_head, wish=special(cast), note="见到本人，属实")
    assert "见到本人，属实" in page_of(cast.worker, wish)
    for person in (None, cast.volunteer, cast.author, cast.supervisor):
        assert "见到本人，属实" not in page_of(person, wish)


def test_a_wish_waiting_for_its_author_is_named_so_for_others(cast: Cast) -> None:
    wish = fulfilled(cast)
    assert "等您确认" in page_of(cast.author, wish)
    assert "等您确认" not in page_of(None, wish)


def test_hostile_words_stay_words(cast: Cast) -> None:
    wish = posted(cast, title="<script>alert(1)</script>", details='"><img src=x onerror=alert(1)>')
    page = page_of(None, wish)
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("state", [state for state in State if state != State.DRAFT])
@pytest.mark.parametrize("who", ["author", "volunteer", "worker"])
def test_at_most_twelve_queries(cast: Cast, who: str, state: State, django_assert_max_num_queries: Any) -> None:
    wish = IN_STATE[state](cast)
    client = client_of(getattr(cast, who))
    client.get(wish.get_absolute_url())
    with django_assert_max_num_queries(12):
        client.get(wish.get_absolute_url())


def test_how_the_limit_is_reckoned(cast: Cast) -> None:
    wish = posted(cast)
    address = reverse("wish_clock", args=[wish.number])
    assert address in page_of(None, wish)
    page = client_of(None).get(address).content.decode()
    assert "限 7 个工作日" in page
    assert (
        client_of(None).get(reverse("wish_clock", args=[special(cast, author=cast.stranger).number])).status_code == 404
    )
