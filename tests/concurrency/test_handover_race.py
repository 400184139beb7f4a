"""Two answers to one question at the same moment: one counts. Without the guards both would: the race is real."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Barrier

import pytest
from django.db import connection, connections

from tests.triggers import trigger_off
from tests.wishes.wishes.factories import Cast, make_cast, moderated, posted
from wishes.wishes import services
from wishes.wishes.domain import AppealState, HandoverState
from wishes.wishes.handling.handover import open_handover
from wishes.wishes.models import Appeal, Handover, Wish
from wishes.wishes.services import handover as handovers

pytestmark = pytest.mark.django_db(transaction=True)
TRIGGER = "wishes.Handover:handover_state"


def at_once(*works: Callable[[], object], unguarded: bool = False) -> list[bool]:
    """Whether each of the works succeeded, all let go together."""
    gate = Barrier(len(works))

    def run(work: Callable[[], object]) -> bool:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            with trigger_off(TRIGGER) if unguarded else nullcontext():
                work()
        except Exception:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def wish(cast: Cast) -> Wish:
    """The grid head offers it to the worker."""
    found = posted(cast)
    services.object_to_dispatch(actor=cast.grid_head, wish=found, to=cast.worker, reason="该社区来办")
    return found


def accept_and_withdraw(cast: Cast, wish: Wish, *, unguarded: bool = False) -> list[bool]:
    return at_once(
        lambda: services.accept_handover(actor=cast.worker, wish=wish),
        lambda: services.withdraw_handover(actor=cast.grid_head, wish=wish),
        unguarded=unguarded,
    )


@pytest.fixture
def unlocked(wish: Wish, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on everybody reads the wish before anybody writes."""
    inside = Barrier(2)

    def read(wish: Wish) -> Wish:
        related = ("author", "category", "territory", "responsible_territory", "responsible")
        found: Wish = Wish.objects.select_related(*related).get(pk=wish.pk)
        open_handover(found)
        inside.wait(timeout=30)
        return found

    monkeypatch.setattr(handovers, "locked", read)


def test_of_accepting_and_withdrawing_one_counts(cast: Cast, wish: Wish) -> None:
    accepted, withdrawn = accept_and_withdraw(cast, wish)

    assert accepted != withdrawn
    found = Handover.objects.get()
    assert found.state == (HandoverState.ACCEPTED if accepted else HandoverState.WITHDRAWN)
    assert Wish.objects.get(pk=wish.pk).responsible == (cast.worker if accepted else cast.grid_head)


@pytest.mark.usefixtures("unlocked")
def test_the_database_alone_lets_one_answer_through(cast: Cast, wish: Wish) -> None:
    assert sorted(accept_and_withdraw(cast, wish)) == [False, True]


@pytest.mark.usefixtures("unlocked")
def test_with_both_guards_off_both_answers_are_taken(cast: Cast, wish: Wish) -> None:
    assert accept_and_withdraw(cast, wish, unguarded=True) == [True, True]


def test_of_two_deciders_at_once_one_decides(cast: Cast, wish: Wish) -> None:
    street, secretary = cast.street_officer, cast.secretary
    decided = at_once(
        lambda: services.decide_objection(actor=street, wish=wish, to=street, reason="街道来办"),
        lambda: services.decide_objection(actor=secretary, wish=wish, reason="还是网格办"),
    )

    assert sorted(decided) == [False, True]
    assert Wish.objects.get(pk=wish.pk).responsible == (street if decided[0] else cast.grid_head)


def test_of_two_verdicts_on_an_appeal_at_once_one_stands(cast: Cast) -> None:
    declined = services.decline_wish(actor=cast.worker, wish=moderated(cast), reason="不在范围")
    appeal = services.open_appeal(actor=cast.author, subject=declined, reason="这是大家的事")
    decided = at_once(
        lambda: services.decide_appeal(actor=cast.secretary, appeal=appeal, uphold=True, reason="应当受理"),
        lambda: services.decide_appeal(actor=cast.street_officer, appeal=appeal, uphold=False, reason="依据充分"),
    )

    assert sorted(decided) == [False, True]
    assert Appeal.objects.get().state == (AppealState.UPHELD if decided[0] else AppealState.DISMISSED)
