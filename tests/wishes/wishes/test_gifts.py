"""Gift wishes: one open at a time for a household, and a value to go by."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client

from grids.territory.models import TerritorySetting
from portal.accounts.erasure import erase_user
from portal.accounts.models import User
from portal.errors import Conflict
from tests.grids.roles.factories import make_resident
from tests.portal.accounts.factories import enter
from tests.wishes.wishes.factories import MONDAY, SECRET_ADDRESS, Cast, CategoryFactory, drafted, make_cast, posted
from wishes.wishes import services
from wishes.wishes.domain import Kind, Stars, State
from wishes.wishes.gifts import household_digest, is_above_guide, most_expected, normalised_address
from wishes.wishes.limits import GIFT_GUIDE
from wishes.wishes.models import Category, Wish
from wishes.wishes.services import gifts


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def gift() -> Category:
    category: Category = CategoryFactory(kind=Kind.GOODS, is_gift=True)
    return category


@pytest.mark.parametrize(
    "written", ["5栋2单元302室", " 5 幢 2 单元 302", "5-2-302", "５栋２单元３０２室", "洲岛家园5号楼2单元302房"]
)
def test_one_address_written_in_many_ways_is_one_household(written: str) -> None:
    assert normalised_address(written, community="洲岛家园") == "5-2-302"


def test_other_doors_communities_and_keys_are_other_households() -> None:
    first = household_digest(community_code="320105004004", address="5栋302")
    assert len(first) == 64
    assert first != household_digest(community_code="320105004004", address="5栋303")
    assert first != household_digest(community_code="320105004002", address="5栋302")
    assert household_digest(community_code="320105004004", address=" ") == ""


def test_the_guide_is_read_from_its_numbers() -> None:
    assert most_expected("300–500") == 500
    assert most_expected("看情况") is None
    assert [is_above_guide(value, "300–500") for value in (None, 500, 501)] == [False, False, True]


@pytest.mark.django_db
def test_one_open_gift_for_an_author_and_for_their_household(cast: Cast, gift: Category) -> None:
    posted(cast, category=gift)
    spouse = make_resident(cast.community)

    with pytest.raises(Conflict, match="一户同时只能有一个"):
        posted(cast, category=gift, address="别处 1 号")
    with pytest.raises(Conflict) as refused:
        posted(cast, author=spouse, category=gift)
    assert refused.value.code == "open_gift"
    assert posted(cast, author=make_resident(cast.community), category=gift, address="6栋101").is_gift
    assert posted(cast).state == State.PUBLISHED, "other wishes are not counted"


@pytest.mark.django_db
def test_the_next_may_come_when_the_first_is_over_and_then_the_first_stays_over(cast: Cast, gift: Category) -> None:
    first = posted(cast, category=gift)
    claim = services.claim_wish(actor=cast.volunteer, wish=first, at=MONDAY)
    services.fulfil_claim(actor=cast.volunteer, wish=claim.wish, note="送到了。", at=MONDAY)
    services.confirm_wish(actor=cast.author, wish=first, stars=Stars(5, 5, 5), at=MONDAY)
    assert Wish.objects.get(pk=first.pk).household == "", "kept only while it is open"

    second = posted(cast, category=gift)

    with pytest.raises(Conflict):
        services.reopen_wish(actor=cast.author, wish=first, reason="坏的", at=MONDAY)
    services.withdraw_wish(actor=cast.author, wish=second, at=MONDAY)
    assert services.reopen_wish(actor=cast.author, wish=first, reason="坏的", at=MONDAY).household


@pytest.mark.django_db
def test_an_edited_address_cannot_slip_into_another_household(cast: Cast, gift: Category) -> None:
    posted(cast, category=gift)
    spouse = make_resident(cast.community)
    theirs = posted(cast, author=spouse, category=gift, address="6栋101")

    with pytest.raises(Conflict):
        services.edit_wish(actor=spouse, wish=theirs, address=SECRET_ADDRESS, at=MONDAY)


@pytest.mark.django_db
def test_the_digest_says_nothing_and_goes_with_the_person(cast: Cast, gift: Category) -> None:
    wish = posted(cast, category=gift)
    assert SECRET_ADDRESS not in wish.household

    erase_user(actor=cast.author, user=cast.author)

    assert Wish.objects.get(pk=wish.pk).household == ""


@pytest.mark.django_db
def test_the_database_holds_it_without_any_service(cast: Cast, gift: Category) -> None:
    first = posted(cast, category=gift)
    other = posted(cast, author=make_resident(cast.community), category=gift, address="6栋101")
    with pytest.raises(IntegrityError, match="per_household"), transaction.atomic():
        Wish.objects.filter(pk=other.pk).update(household=first.household)
    with pytest.raises(IntegrityError, match="per_author"), transaction.atomic():
        Wish.objects.filter(pk=other.pk).update(author=cast.author)


@pytest.mark.django_db
def test_the_value_is_asked_with_the_guide_and_a_dear_one_is_warned_of(cast: Cast, gift: Category) -> None:
    TerritorySetting.objects.create(territory=cast.community, key=GIFT_GUIDE, value="100–200")
    draft = drafted(cast, category=gift)
    client = enter(Client(), cast.author)

    page = client.get(f"/wishes/new/{draft.pk}/details/").content.decode()
    assert "这里的礼物一般是 100–200 元" in page
    typed = {"title": "想要一台轮椅", "quantity": "1", "unit": "台", "estimated_value": "400"}
    client.post(f"/wishes/new/{draft.pk}/details/", typed)

    check = client.get(f"/wishes/new/{draft.pk}/check/").content.decode()
    assert "400 元，比一般的 100–200 元高" in check
    draft.refresh_from_db()
    wish = services.submit_wish(actor=cast.author, wish=draft, at=MONDAY)
    assert "大概 400 元" in client.get(wish.get_absolute_url()).content.decode()


# -- the race ----------------------------------------------------------------------------------------------------------
def _send_both(cast: Cast, gift: Category, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two people of one household send at the same moment, and neither sees the gift of the other."""
    people: list[User] = [cast.author, make_resident(cast.community)]
    drafts = [drafted(cast, author=person, category=gift) for person in people]
    gate = Barrier(2)
    monkeypatch.setattr(gifts, "_others", lambda _wish: False)

    def send(number: int) -> object:
        try:
            gate.wait(timeout=30)
            return services.submit_wish(actor=people[number], wish=drafts[number], at=MONDAY)
        except Conflict as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(send, range(2)))


@pytest.mark.django_db(transaction=True)
def test_of_two_gifts_sent_at_once_one_is_taken(cast: Cast, gift: Category, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = _send_both(cast, gift, monkeypatch)

    assert {type(answer) for answer in answers} == {Conflict, Wish}
    assert Wish.objects.filter(state=State.PUBLISHED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_both_are_taken(cast: Cast, gift: Category, monkeypatch: pytest.MonkeyPatch) -> None:
    constraint = next(one for one in Wish._meta.constraints if one.name == "wish_one_open_gift_per_household")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Wish, constraint)
    try:
        assert {type(answer) for answer in _send_both(cast, gift, monkeypatch)} == {Wish}
    finally:
        Wish.objects.update(household="")
        with connection.schema_editor() as editor:
            editor.add_constraint(Wish, constraint)
