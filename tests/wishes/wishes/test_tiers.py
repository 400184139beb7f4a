"""按层级认领: who may claim when and in whose name, and who takes what nobody took."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body
from grids.roles.models import Role
from grids.territory.models import TerritorySetting
from portal.accounts.models import User
from portal.errors import NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.bodies.factories import make_body
from tests.grids.roles.factories import AppointmentFactory
from tests.wishes.wishes.factories import MONDAY, Cast, CategoryFactory, goods, make_cast, posted
from wishes.wishes import services
from wishes.wishes.claiming import tier_words
from wishes.wishes.domain import Action, ClaimState, State
from wishes.wishes.limits import TIER_PARTY, TIER_SOCIAL
from wishes.wishes.models import Claim, Wish
from wishes.wishes.policies import can
from wishes.wishes.tiers import Tier, TierHours, Tiers

HOUR = timedelta(hours=1)
LATE = MONDAY + 72 * HOUR


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_tiers_open_one_after_the_other_and_stay_open() -> None:
    tiers = Tiers(MONDAY, TierHours(), urgent=False)

    assert [len(tiers.open_now(MONDAY + hours * HOUR)) for hours in (0, 23, 24, 47, 48, 71, 72, 999)] == [
        1,
        1,
        2,
        2,
        3,
        3,
        4,
        4,
    ]
    assert tiers.next_to_open(MONDAY) == Tier.SOCIAL_ORGANISATIONS
    assert tiers.next_to_open(LATE) is None


def test_urgent_matters_wait_for_nobody_and_no_tier_overtakes() -> None:
    assert len(Tiers(MONDAY, TierHours(), urgent=True).open_now(MONDAY)) == 4
    assert Tiers(MONDAY, TierHours(), urgent=True).assigned_at() == LATE
    assert TierHours(48, 24, 12).after(Tier.PARTY_ORGANISATION) == 48 * HOUR


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "hours"),
    [
        (BodyKind.TEAM, 0),
        (BodyKind.SOCIAL_ORGANISATION, 24),
        (BodyKind.CO_BUILDING_UNIT, 48),
        (BodyKind.PARTY_ORGANISATION, 72),
    ],
)
def test_each_kind_of_body_waits_for_its_tier(cast: Cast, kind: BodyKind, hours: int) -> None:
    body, person = make_body(kind, cast.community, name="阳光食堂")
    wish = posted(cast)
    opens = MONDAY + hours * HOUR
    if hours:
        with pytest.raises(NotAllowed, match="起可以认领"):
            services.claim_wish(actor=person, wish=wish, body=body, at=opens - HOUR)

    claim = services.claim_wish(actor=person, wish=wish, body=body, at=opens)

    assert (claim.body, claim.claimant, claim.public_name) == (body, person, "阳光食堂")
    assert claim.wish.state == State.CLAIMED


@pytest.mark.django_db
def test_settings_of_the_place_move_the_tiers(cast: Cast) -> None:
    TerritorySetting.objects.create(territory=cast.community, key=TIER_SOCIAL, value=2)
    body, person = make_body(BodyKind.SOCIAL_ORGANISATION, cast.community)
    wish = posted(cast)

    assert not can(person, Action.CLAIM, wish, at=MONDAY + HOUR)
    assert can(person, Action.CLAIM, wish, at=MONDAY + 2 * HOUR)
    assert services.claim_wish(actor=person, wish=wish, body=body, at=MONDAY + 2 * HOUR)


@pytest.mark.django_db
def test_nobody_claims_for_a_body_they_do_not_act_for_nor_beyond_its_place(cast: Cast) -> None:
    body, person = make_body(BodyKind.TEAM, cast.community)
    elsewhere, other = make_body(BodyKind.TEAM, cast.other_worker.appointments.get().territory)
    wish = posted(cast)

    with pytest.raises(NotAllowed, match="不是这个组织"):
        services.claim_wish(actor=cast.volunteer, wish=wish, body=body, at=MONDAY)
    with pytest.raises(NotAllowed):
        services.claim_wish(actor=other, wish=wish, body=elsewhere, at=MONDAY)
    with pytest.raises(NotAllowed, match="名义"):
        services.claim_wish(actor=person, wish=wish, at=MONDAY)


@pytest.mark.django_db
def test_a_person_may_hold_parts_for_several_bodies_but_one_for_each(cast: Cast) -> None:
    first, person = make_body(BodyKind.TEAM, cast.community)
    second, _ = make_body(BodyKind.TEAM, cast.community, user=person)
    person = fresh(person)
    wish = goods(cast, quantity=10)
    services.claim_wish(actor=person, wish=wish, body=first, quantity=2, at=MONDAY)

    with pytest.raises(NotAllowed, match="已经认领了一份"):
        services.claim_wish(actor=person, wish=wish, body=first, quantity=1, at=MONDAY)

    services.claim_wish(actor=person, wish=wish, body=second, quantity=3, at=MONDAY)
    assert list(Claim.objects.order_by("pk").values_list("quantity", flat=True)) == [2, 3]
    assert not can(person, Action.CLAIM, Wish.objects.get(pk=wish.pk), at=MONDAY)


@pytest.mark.django_db
def test_the_public_reads_the_body_and_not_the_person(cast: Cast, client: Client) -> None:
    body, person = make_body(BodyKind.TEAM, cast.community, name="银发志愿队")
    AppointmentFactory(user=person, role=Role.VOLUNTEER, territory=cast.community)
    wish = posted(cast)
    services.claim_wish(actor=person, wish=wish, body=body, at=MONDAY)
    services.fulfil_claim(actor=person, wish=wish, note="好了。", at=MONDAY + HOUR)
    drain()

    page = client.get(wish.get_absolute_url()).content.decode()

    assert "银发志愿队" in page
    assert person.public_name not in page
    told = Notice.objects.get(kind="wishes.claimed", recipient=cast.author)
    assert told.params["who"] == "银发志愿队"


@pytest.mark.django_db
def test_the_words_say_who_may_now_who_next_and_who_in_the_end(cast: Cast) -> None:
    body, _ = make_body(BodyKind.PARTY_ORGANISATION, cast.community, name="洲岛家园社区党委")
    wish = posted(cast)

    assert tier_words(wish, now=MONDAY, party=body.name) == [
        "志愿者现在可以认领。",
        "11月17日（周二）10:00起，社会组织也可以认领。",
        "若11月19日（周四）10:00仍没有人认领，由洲岛家园社区党委负责到底。",
    ]
    assert len(tier_words(wish, now=LATE, party=body.name)) == 1


# -- what nobody took --------------------------------------------------------------------------------------------------
def party(cast: Cast) -> tuple[Body, User]:
    return make_body(BodyKind.PARTY_ORGANISATION, cast.community, name="洲岛家园社区党委")


@pytest.mark.django_db
def test_what_nobody_took_is_given_to_the_party_organisation_once(cast: Cast) -> None:
    body, secretary = party(cast)
    wish = posted(cast)
    assert not services.assign_to_party(wish=wish, at=LATE - HOUR)

    assert services.assign_to_party(wish=wish, at=LATE)
    assert not services.assign_to_party(wish=wish, at=LATE)

    claim = Claim.objects.get()
    assert (claim.body, claim.claimant, claim.assigned) == (body, secretary, True)
    wish.refresh_from_db()
    assert (wish.state, wish.claimant) == (State.CLAIMED, secretary)
    drain()
    assert Notice.objects.filter(kind="wishes.assigned_to_body", recipient=secretary).count() == 1
    assert Notice.objects.filter(kind="wishes.taken_by_party", recipient=cast.author).count() == 1


@pytest.mark.django_db
def test_of_goods_it_answers_for_what_is_missing(cast: Cast) -> None:
    party(cast)
    wish = goods(cast, quantity=7000)
    services.claim_wish(actor=cast.volunteer, wish=wish, quantity=4850, at=MONDAY)

    assert services.assign_to_party(wish=wish, at=LATE)

    assert Claim.objects.get(assigned=True).quantity == 2150
    assert Wish.objects.get(pk=wish.pk).state == State.CLAIMED


@pytest.mark.django_db
def test_with_a_part_of_its_own_it_answers_for_the_rest_as_well(cast: Cast) -> None:
    body, secretary = party(cast)
    TerritorySetting.objects.create(territory=cast.community, key=TIER_PARTY, value=2)
    TerritorySetting.objects.create(territory=cast.community, key=TIER_SOCIAL, value=1)
    TerritorySetting.objects.create(territory=cast.community, key="wishes.tier_co_building_units_hours", value=1)
    wish = goods(cast, quantity=10)
    later = MONDAY + 2 * HOUR
    services.claim_wish(actor=secretary, wish=wish, body=body, quantity=3, at=later)

    assert services.assign_to_party(wish=wish, at=later)

    assert Claim.objects.get().quantity == 10


@pytest.mark.django_db
def test_it_cannot_give_up_what_it_was_given(cast: Cast) -> None:
    _body, secretary = party(cast)
    wish = posted(cast)
    services.assign_to_party(wish=wish, at=LATE)
    claim = Claim.objects.select_related("wish").get()

    assert not can(secretary, Action.GIVE_UP, claim.wish)
    with pytest.raises(NotAllowed, match="负责到底"):
        services.give_up_claim(actor=secretary, claim=claim, reason="太忙", at=LATE)
    assert services.fulfil_claim(actor=secretary, wish=claim.wish, note="办好了。", at=LATE).state == State.FULFILLED


@pytest.mark.django_db
def test_nothing_is_assigned_while_the_resident_is_asked_or_where_nobody_answers(cast: Cast) -> None:
    wish = posted(cast)
    assert not services.assign_to_party(wish=wish, at=LATE), "no Party organisation is registered"
    party(cast)
    services.pause_for_resident(actor=cast.worker, wish=wish, question="几点在家？", at=MONDAY)

    assert not services.assign_to_party(wish=wish, at=LATE)


@pytest.mark.django_db
def test_without_anybody_to_act_the_secretary_does(cast: Cast) -> None:
    _body, person = party(cast)
    User.objects.filter(pk=person.pk).update(is_active=False)

    assert services.assign_to_party(wish=posted(cast), at=LATE)

    assert Claim.objects.get().claimant == cast.secretary


@pytest.mark.django_db
def test_the_sweep_looks_only_where_it_may_be_due(cast: Cast) -> None:
    wish = posted(cast)
    assert not Wish.objects.nobody_took(LATE).exists(), "no Party organisation, nothing to look at"
    party(cast)

    assert list(Wish.objects.nobody_took(LATE)) == [wish]
    assert not Wish.objects.nobody_took(LATE - HOUR).exists()
    TerritorySetting.objects.create(territory=cast.community, key=TIER_PARTY, value=5)
    assert list(Wish.objects.nobody_took(MONDAY + 5 * HOUR)) == [wish]


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_assign_once() -> None:
    cast = make_cast()
    party(cast)
    wish = posted(cast, category=CategoryFactory())
    gate = Barrier(4)

    def sweep(_number: int) -> bool:
        try:
            gate.wait(timeout=30)
            return services.assign_to_party(wish=wish, at=LATE)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(sweep, range(4))) == 1
    assert Claim.objects.filter(state=ClaimState.LIVE).count() == 1
    assert Event.objects.filter(type="wishes.wish.assigned").count() == 1
