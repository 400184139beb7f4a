"""Parts of pages that are drawn once and kept: nobody sees another's, and nobody sees what is no longer so."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.notifications.models import Notice
from portal.outbox.services import drain
from portal.panels import Panel
from tests.grids.roles.factories import make_resident
from tests.grids.territory.factories import CommunityFactory
from tests.triggers import trigger_off
from tests.wishes.wishes.factories import Cast, make_cast, posted
from tests.wishes.wishes.pages import client_of
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.services import add_interest
from wishes.wishes.domain import ClaimState, End, State
from wishes.wishes.models import Claim, Wish
from wishes.wishes.policies import can_read, is_open_to_all
from wishes.wishes.searching import first_keys
from wishes.wishes.services import claim_wish, steps
from wishes.wishes.views.cards import Card, cards_of
from wishes.wishes.views.reading import read_listed

pytestmark = pytest.mark.django_db
LIST = reverse("wish_list")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def card(wish: Wish) -> Card:
    (found,) = cards_of(read_listed(first_keys(Wish.objects.filter(pk=wish.pk), ["id"], 1), ["id"]), now=timezone.now())
    return found


def test_everybody_has_their_own_place_and_messages_around_the_same_page(cast: Cast) -> None:
    elsewhere = CommunityFactory()
    here, there = client_of(make_resident(cast.community)), client_of(make_resident(elsewhere))
    for _ in range(2):
        assert f'<span class="brand-name">{cast.community.name}' in page(here, LIST)
        assert f'<span class="brand-name">{elsewhere.name}' in page(there, LIST)
        assert '<span class="brand-name">五微' in page(client_of(None), LIST)
    assert 'class="count"' not in page(client_of(cast.author), LIST)
    posted(cast)
    drain()
    assert Notice.objects.filter(recipient=cast.author).exists()
    assert 'class="count"' in page(client_of(cast.author), LIST)
    assert 'class="count"' not in page(here, LIST)


def test_frames_differ_by_language_mode_and_tab(cast: Cast) -> None:
    client = client_of(cast.author)
    assert page(client, LIST) != page(client, reverse("about"))
    assert 'aria-current="page"' in page(client, LIST).split('class="tab-wishes"')[1].split(">")[0]
    assert 'aria-current="page"' not in page(client, reverse("about")).split('class="tab-wishes"')[1].split(">")[0]
    client.post(reverse("site_elder"), {"elder": "1"})
    assert 'name="elder" value="0"' in page(client, LIST)
    client.post(reverse("site_language"), {"language": "en"})
    assert "Wishes</span>" in page(client, LIST)


def test_a_card_is_drawn_anew_when_anything_it_shows_has_changed(cast: Cast) -> None:
    wish = posted(cast)
    client = client_of(None)
    assert wish.title in page(client, LIST + "?place=all")
    Wish.objects.filter(pk=wish.pk).update(title="换一个灯泡")
    assert "换一个灯泡" in page(client, LIST + "?place=all")
    claim_wish(actor=cast.volunteer, wish=wish)
    assert "已认领" in page(client, LIST + "?place=all").split("换一个灯泡")[0].rsplit("<article", 1)[1]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "换一个灯泡"},
        {"contact_name": "李四"},
        {"due_at": None},
        {"show_name": True},
    ],
    ids=str,
)
def test_what_a_card_is_drawn_from_changes_with_what_it_shows(cast: Cast, change: dict[str, Any]) -> None:
    wish = posted(cast, author=make_resident(cast.community, display_name="桂芳阿姨"))
    before = card(wish).drawn_from
    assert before == card(wish).drawn_from != ""
    Wish.objects.filter(pk=wish.pk).update(**change)
    assert card(wish).drawn_from != before


def test_a_panel_that_does_not_say_what_it_shows_keeps_its_card_from_being_kept(cast: Cast) -> None:
    found = card(posted(cast))
    assert replace(found, panels=(Panel("x.html", drawn_from="3"),)).drawn_from
    assert not replace(found, panels=(Panel("x.html", drawn_from="3"), Panel("y.html"))).drawn_from


def test_a_row_and_a_query_say_the_same_of_who_may_see_it(cast: Cast) -> None:
    wish, other = posted(cast), posted(cast)
    helped, gave_up = make_resident(cast.community), make_resident(cast.community)
    for person, became in ((helped, ClaimState.ENDED), (gave_up, ClaimState.GIVEN_UP)):
        Claim.objects.create(wish=wish, claimant=person, state=became, claimed_at=timezone.now(), end_reason="搬走了")
    Wish.objects.filter(pk=wish.pk).update(entered_by=cast.other_worker)
    people = (None, cast.author, helped, gave_up, cast.stranger, cast.other_worker, cast.grid_head, cast.supervisor)
    tried, differed = set(), set()
    for state, end, published in itertools.product(State, [*End, ""], [None, timezone.now()]):
        try:
            with trigger_off("wishes.Wish:wish_state"), transaction.atomic():
                row = Wish.objects.get(pk=wish.pk)
                row.state, row.end, row.published_at = state, end, published
                row.closed_at = timezone.now() if state == State.CLOSED else None
                row.referred_to, row.duplicate_of = "派出所", other
                row.claimant = cast.volunteer if state in (State.CLAIMED, State.FULFILLED) else None
                row.save()
        except IntegrityError:
            continue  # the database knows no such wish
        if published is None and state in (State.PUBLISHED, State.CLAIMED, State.FULFILLED):
            continue  # no step leads there
        tried.add((state, end))
        assert is_open_to_all(row) == Wish.objects.public().filter(pk=wish.pk).exists(), (state, end, published)
        for viewer in (each or AnonymousUser() for each in people):
            sees = can_read(viewer, row)
            assert sees == Wish.objects.visible_to(viewer).filter(pk=wish.pk).exists(), (viewer, state, end, published)
            differed.add((viewer.pk, sees))
    assert len(tried) == len(State) - 1 + len(End)
    # Somebody is refused what others see, and each but the author and the staff of the place some of it.
    always = {cast.author.pk, helped.pk, cast.grid_head.pk, cast.supervisor.pk}
    assert {pk for pk, sees in differed if not sees} == {each and each.pk for each in people} - always


def test_what_is_read_with_a_wish_is_that_of_whoever_asks(cast: Cast) -> None:
    wish = posted(cast)
    follower, neighbour = make_resident(cast.community), make_resident(cast.community)
    add_interest(actor=follower, wish=wish, kind=InterestKind.FOLLOW)
    for _ in range(2):
        assert "不再关注" in page(client_of(follower), wish.get_absolute_url())
        assert "不再关注" not in page(client_of(neighbour), wish.get_absolute_url())
        assert "不再关注" not in page(client_of(None), wish.get_absolute_url())
        assert "其他办法" in page(client_of(cast.worker), wish.get_absolute_url())
        assert "其他办法" not in page(client_of(neighbour), wish.get_absolute_url())


def test_a_step_writes_what_it_has_changed_and_no_more(cast: Cast) -> None:
    wish = steps.locked(posted(cast))
    wish.place = "东门"
    with CaptureQueriesContext(connection) as queries:
        steps.save(wish)
    update = next(query["sql"] for query in queries if query["sql"].startswith("UPDATE"))
    assert update.split(" WHERE ")[0].count(" = ") == 2, update
    assert '"place" =' in update
    assert '"version" =' in update
    assert any("wishes_searchtext" in query["sql"] for query in queries)
    wish.responded_at = timezone.now()
    with CaptureQueriesContext(connection) as queries:
        steps.save(wish)
    assert len(queries) == 1, "no searched word has changed"
