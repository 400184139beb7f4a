"""Many reach for one wish at the same moment: one gets it. Without its guards, several do: the race is real."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections, transaction

from grids.roles.models import Role
from portal.accounts.models import User
from portal.errors import Conflict, Invalid
from tests.grids.roles.factories import AppointmentFactory, PersonFactory
from tests.wishes.wishes.factories import Cast, goods, make_cast, posted
from wishes.wishes import services
from wishes.wishes.domain import ClaimState, State
from wishes.wishes.models import Claim, Wish, WishNumber
from wishes.wishes.services import posting, steps

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 20


def at_once(work: Callable[[int], object]) -> list[object]:
    """Runs `work(0..MANY-1)` in as many threads, let go together; each answer is a result or the error."""
    gate = Barrier(MANY)

    def run(number: int) -> object:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            return work(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(run, range(MANY)))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def volunteers(cast: Cast) -> list[User]:
    people: list[User] = [PersonFactory() for _ in range(MANY)]
    for person in people:
        AppointmentFactory(user=person, role=Role.VOLUNTEER, territory=cast.community)
    return people


def test_one_of_many_volunteers_gets_the_wish_and_the_others_are_told_so(cast: Cast, volunteers: list[User]) -> None:
    wish = posted(cast)

    answers = at_once(lambda number: services.claim_wish(actor=volunteers[number], wish=wish))

    winners = [answer for answer in answers if isinstance(answer, Claim)]
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert (len(winners), len(refused)) == (1, MANY - 1)
    assert {error.code for error in refused} == {"already_claimed"}
    assert Claim.objects.filter(wish=wish, state=ClaimState.LIVE).get() == winners[0]
    wish.refresh_from_db()
    assert wish.claimant == winners[0].claimant


def test_the_constraint_alone_still_lets_only_one_through(
    cast: Cast, volunteers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = posted(cast)
    monkeypatch.setattr(steps, "locked", _unlocked)

    answers = at_once(lambda number: services.claim_wish(actor=volunteers[number], wish=wish))

    assert sum(isinstance(answer, Claim) for answer in answers) == 1
    assert Claim.objects.filter(wish=wish, state=ClaimState.LIVE).count() == 1


def test_with_both_guards_off_more_than_one_wins(
    cast: Cast, volunteers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = posted(cast)
    monkeypatch.setattr(steps, "locked", _everybody_reads_first())
    constraint = next(one for one in Claim._meta.constraints if one.name == "claim_one_live_per_service")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Claim, constraint)
    try:
        answers = at_once(lambda number: services.claim_wish(actor=volunteers[number], wish=wish))
        assert sum(isinstance(answer, Claim) for answer in answers) > 1
    finally:
        Claim.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Claim, constraint)


def test_parts_of_goods_never_exceed_the_quantity(cast: Cast, volunteers: list[User]) -> None:
    wish = goods(cast, quantity=7000)

    answers = at_once(lambda number: services.claim_wish(actor=volunteers[number], wish=wish, quantity=600))

    winners = [answer for answer in answers if isinstance(answer, Claim)]
    assert len(winners) == 7000 // 600
    assert all(isinstance(answer, Claim | Invalid) for answer in answers), answers
    wish.refresh_from_db()
    assert (wish.claimed_quantity, wish.state) == (600 * len(winners), State.PUBLISHED)


def test_the_constraint_alone_never_lets_the_parts_exceed_the_quantity(
    cast: Cast, volunteers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = goods(cast, quantity=7000)
    monkeypatch.setattr(steps, "locked", _everybody_reads_first())

    at_once(lambda number: services.claim_wish(actor=volunteers[number], wish=wish, quantity=600))

    assert _promised(wish) == 600 * (7000 // 600)
    wish.refresh_from_db()
    assert wish.claimed_quantity == _promised(wish)


def test_with_both_guards_off_more_is_promised_than_is_asked_for(
    cast: Cast, volunteers: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = goods(cast, quantity=7000)
    monkeypatch.setattr(steps, "locked", _everybody_reads_first())
    constraint = next(one for one in Wish._meta.constraints if one.name == "wish_never_claimed_beyond")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Wish, constraint)
    try:
        at_once(lambda number: services.claim_wish(actor=volunteers[number], wish=wish, quantity=600))
        assert _promised(wish) > 7000
    finally:
        Claim.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Wish, constraint)


def test_numbers_given_out_at_once_are_all_different_and_without_gaps(cast: Cast) -> None:
    def take(_number: int) -> str:
        with transaction.atomic():
            return posting.next_number(steps.moment(None))

    numbers = at_once(take)

    assert sorted(str(number)[-4:] for number in numbers) == [f"{n:04d}" for n in range(1, MANY + 1)]
    assert WishNumber.objects.get().last == MANY


def _promised(wish: Wish) -> int:
    parts = Claim.objects.filter(wish=wish, state=ClaimState.LIVE).values_list("quantity", flat=True)
    return sum(part or 0 for part in parts)


def _everybody_reads_first() -> Callable[[Wish], Wish]:
    """No lock, and nobody goes on before everybody has read: the race at its worst."""
    all_inside = Barrier(MANY)

    def read(wish: Wish) -> Wish:
        found = _unlocked(wish)
        all_inside.wait(timeout=30)
        return found

    return read


def _unlocked(wish: Wish) -> Wish:
    found: Wish = Wish.objects.select_related("author", "category", "territory").get(pk=wish.pk)
    return found
