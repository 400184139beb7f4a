"""Any order of steps by anybody: the table holds, and clock, claim and timestamps always agree with the state."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.deadlines.models import Clock
from portal.errors import DomainError
from tests.wishes.wishes.factories import MONDAY, Cast, drafted, make_cast
from wishes.wishes import services
from wishes.wishes.domain import TRANSITIONS, Action, ClaimState, End, Stars, State
from wishes.wishes.models import Wish
from wishes.wishes.policies import can

ENDINGS = {Action.DECLINE, Action.WITHDRAW, Action.CLOSE_CANNOT_BE_DONE, Action.CLOSE_NOT_OURS}
# What changes nothing here, and what would end most lives early; `somebody_tries` takes those too.
LEFT_OUT = ENDINGS | {Action.EDIT, Action.TRANSFER, Action.CLOSE_DUPLICATE}
PEOPLE = ("author", "volunteer", "grid_head", "worker", "other_volunteer", "stranger")


def take(action: Action, wish: Wish, actor: Any, cast: Cast, at: Any) -> object:
    """One step by one person, with sensible words."""
    words: dict[str, Any] = {"reason": "因为所以"}
    steps: dict[Action, Any] = {
        Action.SUBMIT: lambda: services.submit_wish(actor=actor, wish=wish, at=at),
        Action.VERIFY: lambda: services.verify_wish(actor=actor, wish=wish, note="属实", at=at),
        Action.REJECT_VERIFICATION: lambda: services.reject_verification(actor=actor, wish=wish, at=at, **words),
        Action.PUBLISH: lambda: services.publish_wish(actor=actor, wish=wish, at=at),
        Action.DECLINE: lambda: services.decline_wish(actor=actor, wish=wish, at=at, **words),
        Action.CLAIM: lambda: services.claim_wish(actor=actor, wish=wish, at=at),
        Action.FULFIL: lambda: services.fulfil_claim(actor=actor, wish=wish, note="好了", at=at),
        Action.CONFIRM: lambda: services.confirm_wish(actor=actor, wish=wish, stars=Stars(5, 5, 5), at=at),
        Action.AUTO_CONFIRM: lambda: services.auto_confirm_wish(wish=wish, at=at),
        Action.REOPEN: lambda: services.reopen_wish(actor=actor, wish=wish, at=at, **words),
        Action.CLOSE_CANNOT_BE_DONE: lambda: services.close_cannot_be_done(actor=actor, wish=wish, at=at, **words),
        Action.CLOSE_NOT_OURS: lambda: services.close_not_ours(actor=actor, wish=wish, referred_to="城管", at=at),
        Action.WITHDRAW: lambda: services.withdraw_wish(actor=actor, wish=wish, at=at),
        Action.ASK: lambda: services.pause_for_resident(actor=actor, wish=wish, question="几点？", at=at),
        Action.EXTEND: lambda: services.extend_wish(actor=actor, wish=wish, by="1d", at=at, **words),
        Action.REVEAL: lambda: services.reveal_contact(actor=actor, wish=wish, at=at, **words),
    }
    if action == Action.ANSWER:
        question = wish.questions.filter(answered_at=None).first()
        return question and services.answer_question(actor=actor, question=question, answer="七点", at=at)
    if action == Action.GIVE_UP:
        claim = wish.claims.filter(state=ClaimState.LIVE).first()
        return claim and services.give_up_claim(actor=actor, claim=claim, at=at, **words)
    return steps[action]() if action in steps else None


class WishMachine(RuleBasedStateMachine):
    """One wish, six people, every step in any order, time only moving on."""

    @initialize(special=st.booleans())
    def begin(self, special: bool) -> None:
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.cast = make_cast()
        self.now = MONDAY
        self.wish = drafted(self.cast, special_group="disabled" if special else "")

    @rule(action=st.sampled_from(list(Action)), person=st.sampled_from(PEOPLE), hours=st.integers(0, 60))
    def somebody_tries(self, action: Action, person: str, hours: int) -> None:
        self.now += timedelta(hours=hours)
        before = State(Wish.objects.get(pk=self.wish.pk).state)
        try:
            with transaction.atomic():
                take(action, self.wish, getattr(self.cast, person), self.cast, self.now)
        except DomainError:
            assert Wish.objects.get(pk=self.wish.pk).state == before
            return
        after = State(Wish.objects.get(pk=self.wish.pk).state)
        if after != before:
            step = TRANSITIONS[before, action]
            assert after in step.to

    @rule(data=st.data(), hours=st.integers(0, 60))
    def somebody_does_what_they_may(self, data: st.DataObject, hours: int) -> None:
        """A step that is allowed and ends nothing early, so that every corner of the table is reached often."""
        self.now += timedelta(hours=hours)
        wish = Wish.objects.get(pk=self.wish.pk)
        people = {name: getattr(self.cast, name) for name in PEOPLE}
        allowed = [
            (action, name)
            for action in Action
            for name, actor in people.items()
            if action not in LEFT_OUT and can(actor, action, wish, at=self.now)
        ]
        if allowed:
            action, name = data.draw(st.sampled_from(allowed))
            take(action, wish, people[name], self.cast, self.now)

    @invariant()
    def row_claim_and_clock_agree(self) -> None:
        wish = Wish.objects.get(pk=self.wish.pk)
        live = list(wish.claims.filter(state=ClaimState.LIVE))
        assert len(live) == (wish.state == State.CLAIMED)
        assert not live or live[0].claimant_id == wish.claimant_id
        assert (wish.state == State.CLOSED) == bool(wish.end) == (wish.closed_at is not None)
        assert wish.end != End.FULFILLED or wish.claims.filter(state=ClaimState.DONE).exists()
        assert wish.reopen_count <= 2
        open_questions = wish.questions.filter(answered_at=None).count()
        assert open_questions == (wish.waiting_since is not None and wish.state != State.DRAFT)
        clock = Clock.objects.filter(subject_id=wish.pk).first()
        assert (clock is None) == (wish.number == "")
        if clock is not None:
            over = wish.state in {State.FULFILLED, State.CLOSED}
            assert clock.is_live != over
            assert clock.state == ("stopped" if over else "paused" if wish.waiting_since else "running")
            assert over or clock.due_at == wish.due_at

    def teardown(self) -> None:
        if hasattr(self, "rollback"):
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)


class WishLife(TransactionTestCase):
    """Runs the machine on the database."""

    def test_any_order_of_steps(self) -> None:
        run_state_machine_as_test(
            WishMachine,
            settings=settings(max_examples=12, stateful_step_count=30, suppress_health_check=list(HealthCheck)),
        )
