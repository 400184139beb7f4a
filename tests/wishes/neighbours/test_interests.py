"""Following a wish and needing the same: who may, what is counted, who is told."""

from datetime import timedelta

import pytest

from portal.accounts.erasure import erase_user
from portal.errors import Conflict, NotAllowed
from portal.notifications.models import FanOut, Notice
from portal.outbox.services import drain
from tests.grids.roles.factories import make_resident
from tests.grids.territory.factories import CommunityFactory
from tests.wishes.neighbours.factories import neighbour_of, tally, waits_for, who_waits
from tests.wishes.wishes.factories import MONDAY, Cast, claimed, make_cast, moderated, posted
from tests.wishes.wishes.pages import client_of
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.handlers import _news
from wishes.neighbours.models import Interest, Tally
from wishes.neighbours.receivers import neighbourhood_of
from wishes.neighbours.services import add_interest, drop_interest
from wishes.wishes import events, services
from wishes.wishes.models import OutsideBody

pytestmark = pytest.mark.django_db
FOLLOW, ME_TOO = InterestKind.FOLLOW, InterestKind.ME_TOO


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_needing_the_same_follows_as_well_and_each_counts_once(cast: Cast) -> None:
    wish, person = posted(cast), neighbour_of(cast)

    assert add_interest(actor=person, wish=wish, kind=ME_TOO)
    assert not add_interest(actor=person, wish=wish, kind=ME_TOO)
    assert not add_interest(actor=person, wish=wish, kind=FOLLOW)
    add_interest(actor=cast.stranger, wish=wish, kind=FOLLOW)

    assert tally(wish) == (2, 1)
    assert drop_interest(actor=person, wish=wish, kind=FOLLOW)
    assert not drop_interest(actor=person, wish=wish, kind=FOLLOW)
    assert tally(wish) == (1, 1)
    drop_interest(actor=person, wish=wish, kind=ME_TOO)
    assert tally(wish) == (1, 0)


def test_only_confirmed_residents_of_the_community_count_as_needing_the_same(cast: Cast) -> None:
    wish = posted(cast)
    elsewhere = make_resident(CommunityFactory(code="120101001001"))
    for person in (cast.stranger, cast.volunteer, cast.worker, elsewhere):
        with pytest.raises(NotAllowed, match="社区确认"):
            add_interest(actor=person, wish=wish, kind=ME_TOO)
    with pytest.raises(NotAllowed, match="自己的心愿"):
        add_interest(actor=cast.author, wish=wish, kind=FOLLOW)
    assert tally(wish) == (0, 0)


def test_what_is_not_public_or_was_merged_cannot_be_followed(cast: Cast) -> None:
    hidden, wish, other = moderated(cast), posted(cast), posted(cast)
    services.close_duplicate(actor=cast.worker, wish=wish, of=other)
    for one in (hidden, wish):
        with pytest.raises(Conflict):
            add_interest(actor=cast.worker, wish=one, kind=FOLLOW)


def test_followers_hear_of_each_public_step_but_those_with_a_part_in_it_only_once(cast: Cast) -> None:
    wish = posted(cast)
    follower, claimant = waits_for(wish, neighbour_of(cast)), waits_for(wish, cast.volunteer)
    drain()

    claim = services.claim_wish(actor=claimant, wish=wish, at=MONDAY + timedelta(hours=1))
    services.fulfil_claim(actor=claimant, wish=claim.wish, note="好了", at=MONDAY + timedelta(hours=2))
    services.pause_for_resident(actor=cast.worker, wish=posted(cast), question="几点？")
    drain()

    told = Notice.objects.filter(kind="wishes.followed_step")
    assert set(told.values_list("recipient_id", flat=True)) == {follower.pk}
    bodies = [notice.body for notice in told.order_by("id")]
    assert [wish.title in body for body in bodies] == [True, True]
    assert "有人认领" in bodies[0]
    assert "办好了，等居民确认" in bodies[1]


def test_public_steps_are_news_and_the_first_ones_are_not() -> None:
    assert {events.WishClaimed, events.WishExtended, events.WishCannotBeDone} <= set(_news())
    assert not {events.WishSubmitted, events.WishDuplicate, events.ResidentAsked, events.ContactRevealed} & set(_news())


def test_followers_hear_what_the_body_says_that_a_wish_was_referred_to(cast: Cast) -> None:
    wish = posted(cast)
    follower = waits_for(wish, neighbour_of(cast))
    body = OutsideBody.objects.create(name="城管中队")
    services.close_not_ours(actor=cast.worker, wish=wish, body=body)
    drain()
    before = Notice.objects.filter(recipient=follower, kind="wishes.followed_step").count()

    services.record_answer(actor=cast.worker, wish=wish, answer="已经处理")
    drain()

    assert Notice.objects.filter(recipient=follower, kind="wishes.followed_step").count() == before + 1


def test_who_leaves_follows_nothing_any_more(cast: Cast) -> None:
    wish, person = posted(cast), neighbour_of(cast)
    waits_for(wish, person, ME_TOO)
    copy = neighbourhood_of(person)["interests"]
    assert [(one["wish"], one["kind"]) for one in copy] == [(wish.number, "follow"), (wish.number, "me_too")]

    erase_user(actor=person, user=person)

    assert not Interest.objects.filter(user=person).exists()
    assert tally(wish) == (0, 0)


def test_a_wish_by_its_page(cast: Cast) -> None:
    wish, person = posted(cast), neighbour_of(cast)
    client, address = client_of(person), wish.get_absolute_url()
    assert "我也需要" in client.get(address).content.decode()

    assert client.post(f"{address}me-too/")["Location"] == address
    page = client.get(address).content.decode()
    assert "1 人也需要 · 1 人关注" in page
    assert "不再关注" in page
    assert wish.title in client.get("/wishes/following/").content.decode()
    assert "1 人也需要 · 1 人关注" in client.get("/wishes/").content.decode()

    client.post(f"{address}follow/", {"drop": "1"})
    assert wish.title not in client.get("/wishes/following/").content.decode()
    assert who_waits(wish) == set()


def test_who_may_not_is_told_why_and_what_to_do(cast: Cast) -> None:
    wish = posted(cast)
    address = f"{wish.get_absolute_url()}me-too/"
    answer = client_of(cast.stranger).post(address)
    assert answer.status_code == 403
    assert "请先让社区确认您住在这里" in answer.content.decode()
    assert "/grids/residency/" in answer.content.decode()
    assert client_of(None).post(address)["Location"].startswith("/accounts/login/")


def test_a_wish_that_is_not_visible_does_not_exist(cast: Cast) -> None:
    hidden = moderated(cast)
    assert client_of(cast.stranger).post(f"{hidden.get_absolute_url()}follow/").status_code == 404
    assert not Tally.objects.exists()


def test_many_followers_go_through_the_bulk_queue(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.notifications.services.FAN_OUT_ABOVE", 2)
    claim = claimed(cast)
    drain()
    for _ in range(3):
        waits_for(claim.wish, neighbour_of(cast))
    services.fulfil_claim(actor=cast.volunteer, wish=claim.wish, note="好了")
    drain()
    assert not Notice.objects.filter(kind="wishes.followed_step").exists()
    assert FanOut.objects.get().total == 3
