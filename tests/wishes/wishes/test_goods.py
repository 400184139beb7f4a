"""Goods met by several people: each claims, gives up or does a part, and together they never exceed the quantity."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from grids.roles.models import Role
from portal.accounts.erasure import erase_user
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.services import drain
from portal.photos.services import accept_upload
from tests.grids.roles.factories import AppointmentFactory, PersonFactory
from tests.portal.photos import corpus
from tests.wishes.wishes.factories import MONDAY, Cast, goods, make_cast, partly_claimed, posted
from wishes.wishes import services
from wishes.wishes.domain import Action, ClaimState, Stars, State
from wishes.wishes.models import Claim, Wish
from wishes.wishes.photos import PHOTO_PURPOSE
from wishes.wishes.policies import can

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=2)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def helper(cast: Cast) -> User:
    person: User = PersonFactory()
    AppointmentFactory(user=person, role=Role.VOLUNTEER, territory=cast.community)
    return person


def take(cast: Cast, wish: Wish, quantity: int | None = None) -> Claim:
    return services.claim_wish(actor=helper(cast), wish=wish, quantity=quantity, at=LATER)


def do(claim: Claim) -> Wish:
    return services.fulfil_claim(actor=claim.claimant, wish=claim.wish, note="运走了。", at=LATER)


def fresh(wish: Wish) -> Wish:
    return Wish.objects.get(pk=wish.pk)


def test_seven_thousand_jin_are_taken_by_thirteen_canteens(cast: Cast) -> None:
    wish = goods(cast, quantity=7000)
    claims = [take(cast, wish, 550) for _ in range(12)]
    assert (fresh(wish).state, fresh(wish).missing) == (State.PUBLISHED, 400)

    claims.append(take(cast, wish))
    assert (fresh(wish).state, fresh(wish).claimed_quantity) == (State.CLAIMED, 7000)
    assert claims[-1].quantity == 400
    assert fresh(wish).claimant is None, "goods have no one claimant"

    for claim in claims[:-1]:
        assert do(claim).state == State.CLAIMED
    wish = do(claims[-1])
    assert (wish.state, wish.fulfilled_at) == (State.FULFILLED, LATER)

    wish = services.confirm_wish(actor=cast.author, wish=wish, stars=Stars(5, 5, 5), at=LATER)
    assert wish.claims.filter(state=ClaimState.DONE).count() == 13
    assert fresh(wish).claimed_quantity == 7000


def test_more_than_is_missing_is_refused_in_words_and_takes_nothing(cast: Cast) -> None:
    wish = partly_claimed(cast, part=6500).wish

    with pytest.raises(Invalid, match="现在只差 500 斤") as refused:
        take(cast, wish, 501)

    assert refused.value.field == "quantity"
    assert fresh(wish).claimed_quantity == 6500


def test_a_service_is_not_shared(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        take(cast, posted(cast), 1)
    assert refused.value.field == "quantity"


def test_nobody_claims_twice_at_once_but_again_after_the_first_part_is_done(cast: Cast) -> None:
    claim = partly_claimed(cast, part=1000)
    with pytest.raises(NotAllowed, match="已经认领了一份"):
        services.claim_wish(actor=cast.volunteer, wish=claim.wish, quantity=1, at=LATER)

    do(claim)

    assert services.claim_wish(actor=cast.volunteer, wish=claim.wish, quantity=1, at=LATER).quantity == 1


def test_who_gives_up_gives_back_only_their_own_part(cast: Cast) -> None:
    wish = goods(cast, quantity=10)
    first, second = take(cast, wish, 6), take(cast, wish, 4)
    assert fresh(wish).state == State.CLAIMED
    with pytest.raises(NotAllowed):
        services.give_up_claim(actor=second.claimant, claim=first, reason="没车", at=LATER)

    wish = services.give_up_claim(actor=first.claimant, claim=first, reason="没车", at=LATER)

    assert (wish.state, wish.missing) == (State.PUBLISHED, 6)
    assert Claim.objects.get(pk=second.pk).state == ClaimState.LIVE
    with pytest.raises(Conflict):
        services.give_up_claim(actor=first.claimant, claim=first, reason="没车", at=LATER)


def test_a_handler_says_which_part_is_done(cast: Cast) -> None:
    wish = goods(cast, quantity=10)
    first, second = take(cast, wish, 6), take(cast, wish, 4)
    with pytest.raises(Invalid) as refused:
        services.fulfil_claim(actor=cast.worker, wish=wish, note="送到了", at=LATER)
    assert refused.value.field == "claim"

    services.fulfil_claim(actor=cast.worker, wish=wish, claim=second.pk, note="送到了", at=LATER)

    assert Claim.objects.get(pk=second.pk).state == ClaimState.DONE
    assert Claim.objects.get(pk=first.pk).state == ClaimState.LIVE
    with pytest.raises(NotAllowed):
        services.fulfil_claim(actor=helper(cast), wish=wish, claim=first.pk, note="我说的", at=LATER)


def test_nobody_does_the_part_of_another_claimant(cast: Cast) -> None:
    wish = goods(cast, quantity=10)
    first, second = take(cast, wish, 6), take(cast, wish, 4)
    with pytest.raises(NotAllowed):
        services.fulfil_claim(actor=second.claimant, wish=wish, claim=first.pk, note="好了", at=LATER)


def test_enough_ends_the_search_and_lets_promised_parts_go_on(cast: Cast) -> None:
    wish = goods(cast, quantity=7000)
    first, second = take(cast, wish, 3000), take(cast, wish, 1000)
    do(first)
    with pytest.raises(Invalid) as refused:
        services.declare_enough(actor=cast.worker, wish=wish, reason="自家留着吃", at=LATER)
    assert refused.value.field == "agreed"

    wish = services.declare_enough(actor=cast.worker, wish=wish, reason="自家留着吃", agreed=True, at=LATER)

    assert wish.state == State.CLAIMED
    assert not can(cast.volunteer, Action.CLAIM, wish)
    assert do(second).state == State.FULFILLED


def test_the_author_may_say_enough_and_what_is_done_already_fulfils_the_wish(cast: Cast) -> None:
    claim = partly_claimed(cast, part=3000)
    do(claim)
    assert fresh(claim.wish).state == State.PUBLISHED

    wish = services.declare_enough(actor=cast.author, wish=claim.wish, reason="剩下的自家吃", at=LATER)

    assert (wish.state, wish.fulfilled_at) == (State.FULFILLED, LATER)


def test_when_the_last_promise_falls_away_enough_is_forgotten(cast: Cast) -> None:
    claim = partly_claimed(cast, part=3000)
    services.declare_enough(actor=cast.author, wish=claim.wish, reason="够了", at=LATER)

    wish = services.give_up_claim(actor=cast.volunteer, claim=claim, reason="车坏了", at=LATER)

    assert (wish.state, wish.enough_at, wish.claimed_at) == (State.PUBLISHED, None, None)
    assert can(cast.volunteer, Action.CLAIM, wish)


def test_reopening_asks_everybody_whose_part_led_to_fulfilment(cast: Cast) -> None:
    wish = goods(cast, quantity=10)
    first, second = take(cast, wish, 6), take(cast, wish, 4)
    do(first)
    do(second)

    wish = services.reopen_wish(actor=cast.author, wish=wish, reason="少了两箱", at=LATER)

    assert wish.state == State.CLAIMED
    assert set(wish.claims.filter(state=ClaimState.LIVE)) == {first, second}


def test_the_part_of_somebody_who_has_left_is_missing_again_after_reopening(cast: Cast) -> None:
    wish = goods(cast, quantity=10)
    first, second = take(cast, wish, 6), take(cast, wish, 4)
    do(first)
    do(second)
    User.objects.filter(pk=first.claimant_id).update(is_active=False)

    wish = services.reopen_wish(actor=cast.author, wish=wish, reason="少了两箱", at=LATER)

    assert (wish.state, fresh(wish).missing) == (State.PUBLISHED, 6)
    assert wish.claims.get(state=ClaimState.LIVE) == second


def test_the_contact_is_for_those_who_are_still_at_it(cast: Cast) -> None:
    wish = goods(cast, quantity=10)
    first, second = take(cast, wish, 3), take(cast, wish, 4)
    outsider = helper(cast)

    do(first)

    assert not can(first.claimant, Action.REVEAL, fresh(wish))
    assert can(second.claimant, Action.REVEAL, fresh(wish))
    assert not can(outsider, Action.REVEAL, fresh(wish))
    services.give_up_claim(actor=second.claimant, claim=second, reason="没车", at=LATER)
    assert not can(second.claimant, Action.REVEAL, fresh(wish))


def test_nothing_is_edited_or_declined_once_a_part_is_taken_on(cast: Cast) -> None:
    claim = partly_claimed(cast)

    assert not can(cast.author, Action.EDIT, claim.wish)
    assert not can(cast.worker, Action.DECLINE, claim.wish)


def test_everybody_with_a_part_hears_of_the_end(cast: Cast) -> None:
    wish = goods(cast, quantity=10)
    first, second = take(cast, wish, 6), take(cast, wish, 4)
    services.withdraw_wish(actor=cast.author, wish=wish, at=LATER)
    drain()

    told = Notice.objects.filter(kind="wishes.withdrawn").values_list("recipient_id", flat=True)
    assert {first.claimant_id, second.claimant_id} <= set(told)
    assert fresh(wish).claimed_quantity == 0, "what was promised is not given"
    assert Wish.objects.visible_to(first.claimant).filter(pk=wish.pk).exists()
    assert not Wish.objects.visible_to(helper(cast)).filter(pk=wish.pk).exists()


def test_who_leaves_gives_their_part_back(cast: Cast) -> None:
    claim = partly_claimed(cast, part=3000)
    take(cast, claim.wish, 1000)

    erase_user(actor=cast.volunteer, user=cast.volunteer)

    wish = fresh(claim.wish)
    assert (wish.state, wish.claimed_quantity) == (State.PUBLISHED, 1000)


def test_the_database_keeps_the_sum_whatever_is_written(cast: Cast) -> None:
    claim = partly_claimed(cast, part=3000)
    wish = claim.wish

    Wish.objects.filter(pk=wish.pk).update(claimed_quantity=5)
    assert fresh(wish).claimed_quantity == 3000, "only claims move it"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wishes_claim SET quantity = 3500 WHERE id = %s", [claim.pk])
        assert fresh(wish).claimed_quantity == 3500
        cursor.execute("UPDATE wishes_claim SET state = 'ended' WHERE id = %s", [claim.pk])
        assert fresh(wish).claimed_quantity == 0
    with pytest.raises(IntegrityError, match="wish_never_claimed_beyond"), transaction.atomic():
        Claim.objects.create(wish=wish, claimant=cast.worker, quantity=7001, exclusive=False, claimed_at=LATER)
    with pytest.raises(IntegrityError, match="claim_part_has_quantity"), transaction.atomic():
        Claim.objects.create(wish=wish, claimant=cast.worker, exclusive=False, claimed_at=LATER)
    Claim.objects.create(wish=wish, claimant=cast.worker, quantity=7000, exclusive=False, claimed_at=LATER).delete()
    assert fresh(wish).claimed_quantity == 0


def test_each_part_has_photos_of_its_own(cast: Cast) -> None:
    wish = goods(cast, quantity=2)
    for claim in (take(cast, wish, 1), take(cast, wish, 1)):
        photos = [
            accept_upload(actor=claim.claimant, file=corpus.upload(corpus.jpeg(40, 20)), purpose=PHOTO_PURPOSE)
            for _ in range(9)
        ]
        services.fulfil_claim(actor=claim.claimant, wish=wish, photos=photos, at=LATER)

    assert sorted(wish.claims.values_list("photos__role", flat=True)) == ["fulfilment"] * 18
