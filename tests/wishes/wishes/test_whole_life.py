"""The whole life of a wish with the clock running: time passes, limits warn and escalate, people object, hand on, call
back, appeal and reopen, in any order. No order reaches a state that means nothing, loses a deadline or shows what is
private."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from rest_framework.test import APIRequestFactory

from grids.bodies.domain import BodyKind
from portal.deadlines.models import Clock
from portal.deadlines.sweeping import sweep_clocks
from portal.errors import DomainError, NotAllowed
from portal.outbox.services import drain
from tests.grids.bodies.factories import make_body
from tests.wishes.wishes.api_calls import SECRETS
from tests.wishes.wishes.factories import MONDAY, Cast, CategoryFactory, drafted, make_cast
from tests.wishes.wishes.test_machine import take
from wishes.wishes import services
from wishes.wishes.api.answers import WishDetailSerializer, detail_of
from wishes.wishes.claiming import tiers_of
from wishes.wishes.domain import (
    OPEN_STATES,
    TRANSITIONS,
    Action,
    AppealState,
    CallbackState,
    CallOutcome,
    ClaimState,
    End,
    HandoverState,
    Kind,
    ReferralState,
    Stars,
    State,
)
from wishes.wishes.models import OutsideBody, Wish
from wishes.wishes.policies import can, is_handler
from wishes.wishes.services.reminding import remind_all
from wishes.wishes.tiers import TIER_OF_BODY
from wishes.wishes.views.access import wish_for_programs

PEOPLE = (
    "author",
    "volunteer",
    "other_volunteer",
    "stranger",
    "grid_head",
    "worker",
    "secretary",
    "street_officer",
    "other_worker",
    "supervisor",
)
BODIES = (BodyKind.SOCIAL_ORGANISATION, BodyKind.CO_BUILDING_UNIT)
# What ends a life early is drawn less often than what goes on.
ENDINGS = (Action.WITHDRAW, Action.DECLINE, Action.CLOSE_CANNOT_BE_DONE, Action.CLOSE_NOT_OURS)


def act(action: Action, wish: Wish, actor: Any, cast: Cast, at: datetime, mark: int) -> object:
    """One step by one person; what `test_machine` does not know yet is done here."""
    given: dict[str, Any] = {"actor": actor, "wish": wish, "at": at}
    why: dict[str, Any] = {"reason": "因为所以"}
    body = OutsideBody.objects.first()
    steps: dict[Action, Any] = {
        Action.CONFIRM: lambda: services.confirm_wish(**given, stars=Stars(mark, 5, 5)),
        Action.CLAIM: lambda: services.claim_wish(**given, quantity=mark if wish.kind == Kind.GOODS else None),
        Action.CLOSE_NOT_OURS: lambda: services.close_not_ours(**given, body=body),
        Action.TRANSFER: lambda: services.transfer_wish(**given, **why, to=cast.secretary if mark % 2 else cast.worker),
        Action.OBJECT: lambda: services.object_to_dispatch(**given, **why, to=cast.worker if mark % 2 else None),
        Action.ACCEPT_HANDOVER: lambda: services.accept_handover(**given),
        Action.REFUSE_HANDOVER: lambda: services.refuse_handover(**given, **why),
        Action.WITHDRAW_HANDOVER: lambda: services.withdraw_handover(**given),
        Action.DECIDE_OBJECTION: lambda: services.decide_objection(
            **given, **why, to=(None, cast.worker, cast.secretary, actor, cast.worker)[mark - 1]
        ),
        Action.APPEAL: lambda: services.open_appeal(actor=actor, subject=wish, at=at, **why),
    }
    return steps[action]() if action in steps else take(action, wish, actor, cast, at)


class WholeLife(RuleBasedStateMachine):
    """One wish, ten people, every step in any order, and a portal that sweeps its clocks."""

    @initialize(special=st.booleans(), goods=st.booleans(), moderated=st.booleans())
    def begin(self, special: bool, goods: bool, moderated: bool) -> None:
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.cast = make_cast()
        self.now = MONDAY
        OutsideBody.objects.create(name="城管中队")
        self.bodies = {kind: make_body(kind, self.cast.community) for kind in BODIES}
        category = CategoryFactory(kind=Kind.GOODS if goods else Kind.SERVICE, needs_moderation=moderated)
        draft = drafted(
            self.cast,
            category=category,
            special_group="disabled" if special else "",
            quantity=7 if goods else None,
            unit="袋" if goods else "",
        )
        self.wish = services.submit_wish(actor=self.cast.author, wish=draft, at=self.now)

    def fresh(self) -> Wish:
        """The wish as it is, in nobody's memory."""
        found: Wish = Wish.objects.select_related("author", "category", "territory", "community").get(pk=self.wish.pk)
        return found

    def person(self, name: str) -> Any:
        return getattr(self.cast, name)

    @rule(hours=st.sampled_from((1, 5, 26, 80, 200, 420)))
    def time_passes(self, hours: int) -> None:
        """The sweeps of the portal, and everybody who is told."""
        self.now += timedelta(hours=hours)
        sweep_clocks(now=self.now)
        services.auto_confirm_wish(wish=self.wish, at=self.now)
        remind_all(now=self.now)
        services.redispatch_wish(wish=self.wish, at=self.now)
        drain()

    @rule(action=st.sampled_from(list(Action)), name=st.sampled_from(PEOPLE), mark=st.integers(1, 5))
    def somebody_tries(self, action: Action, name: str, mark: int) -> None:
        self.now += timedelta(minutes=20)
        before = self.fresh()
        try:
            with transaction.atomic():
                act(action, before, self.person(name), self.cast, self.now, mark)
        except DomainError:
            assert self.fresh().state == before.state
            return
        after = self.fresh()
        if after.state != before.state:
            assert State(after.state) in TRANSITIONS[State(before.state), action].to

    @rule(data=st.data(), mark=st.integers(1, 5), ends=st.integers(0, 5))
    def somebody_does_what_they_may(self, data: st.DataObject, mark: int, ends: int) -> None:
        self.now += timedelta(hours=1)
        wish = self.fresh()
        allowed = [
            (action, name)
            for action in Action
            for name in PEOPLE
            if (ends == 0 or action not in ENDINGS) and can(self.person(name), action, wish, at=self.now)
        ]
        if allowed:
            action, name = data.draw(st.sampled_from(allowed))
            # The words of a step may not fit (more than is missing, too many extensions): then nothing moves.
            with suppress(DomainError), transaction.atomic():
                act(action, self.fresh(), self.person(name), self.cast, self.now, mark)
        drain()

    @rule(kind=st.sampled_from(BODIES), mark=st.integers(1, 5))
    def a_body_tries_to_claim(self, kind: BodyKind, mark: int) -> None:
        """In its name once its tier is open, and not an hour before."""
        self.now += timedelta(minutes=20)
        wish, (body, person) = self.fresh(), self.bodies[kind]
        tiers = tiers_of(wish)
        is_open = tiers is not None and tiers.is_open(TIER_OF_BODY[kind], self.now)
        quantity = mark if wish.kind == Kind.GOODS else None
        try:
            with transaction.atomic():
                claim = services.claim_wish(actor=person, wish=wish, body=body, quantity=quantity, at=self.now)
        except DomainError:
            # Goods may have been promised by it already, or be fewer than it wants.
            assert wish.state != State.PUBLISHED or wish.kind == Kind.GOODS or not is_open
            return
        assert is_open
        assert (claim.body, claim.claimant) == (body, person)
        drain()

    @rule(name=st.sampled_from(("worker", "secretary", "street_officer")), outcome=st.sampled_from(list(CallOutcome)))
    def somebody_calls_back(self, name: str, outcome: CallOutcome) -> None:
        self.now += timedelta(hours=1)
        wish = self.fresh()
        if wish.callbacks.filter(state=CallbackState.WAITING).exists():
            try:
                with transaction.atomic():
                    services.look_up_phone(actor=self.person(name), wish=wish, at=self.now)
                    services.record_call(
                        actor=self.person(name), wish=wish, outcome=outcome, note="居民这样说", at=self.now
                    )
            except NotAllowed:
                return  # had a part in it

    @rule(name=st.sampled_from(("secretary", "street_officer", "worker")), uphold=st.booleans())
    def somebody_decides_the_appeal(self, name: str, uphold: bool) -> None:
        self.now += timedelta(hours=1)
        appeal = self.wish.appeals.filter(state=AppealState.OPEN).first()
        if appeal is not None:
            actor, at = self.person(name), self.now
            try:
                with transaction.atomic():
                    services.decide_appeal(actor=actor, appeal=appeal, uphold=uphold, reason="看过了", at=at)
            except NotAllowed:
                return
            assert actor.pk not in {appeal.first_decider_id, appeal.appellant_id}

    @rule(name=st.sampled_from((*PEOPLE, "nobody")))
    def somebody_reads(self, name: str) -> None:
        """What a program is given: nothing private to anybody but the author, whatever has happened."""
        viewer = AnonymousUser() if name == "nobody" else self.person(name)
        visible = Wish.objects.visible_to(viewer).filter(pk=self.wish.pk)
        if name == "author" or not visible.exists():
            return
        request = APIRequestFactory().get("/")
        request.user = viewer
        found = detail_of(wish_for_programs(viewer, self.wish.pk), viewer, now=self.now)
        text = json.dumps(
            WishDetailSerializer(found, context={"request": request}).data, ensure_ascii=False, default=str
        )
        assert not [secret for secret in SECRETS if secret in text]

    @invariant()
    def the_contact_is_for_those_who_need_it(self) -> None:
        wish = self.fresh()
        helping = set(wish.claims.filter(state=ClaimState.LIVE).values_list("claimant", flat=True))
        for name in PEOPLE:
            person = self.person(name)
            if can(person, Action.REVEAL, wish, at=self.now):
                assert wish.state in {*OPEN_STATES, State.FULFILLED}
                assert is_handler(person, wish) or person.pk in helping

    @invariant()
    def no_deadline_is_lost(self) -> None:
        wish = self.fresh()
        clock = Clock.objects.get(subject_type="wishes.wish", subject_id=wish.pk)
        if wish.state in OPEN_STATES or wish.was_returned:
            assert clock.state == ("paused" if wish.waiting_since else "running")
            assert clock.due_at == wish.due_at
            assert (wish.due_at is None) == (wish.waiting_since is not None)
        else:
            assert clock.state == "stopped"

    @invariant()
    def nothing_waits_for_an_answer_that_nobody_can_give(self) -> None:
        wish = self.fresh()
        open_ones = wish.handovers.filter(state=HandoverState.OPEN)
        assert open_ones.count() <= (wish.state in OPEN_STATES)
        assert all(each.remind_at is not None for each in open_ones)
        for callback in wish.callbacks.filter(state=CallbackState.WAITING):
            assert (wish.end, callback.round) == (End.FULFILLED, wish.reopen_count)
        if wish.appeals.filter(state=AppealState.OPEN).exists():
            assert wish.end == End.DECLINED
        if wish.referrals.filter(state=ReferralState.WAITING).exists():
            assert wish.end == End.NOT_OURS

    @invariant()
    def claims_and_ends_fit_the_state(self) -> None:
        wish = self.fresh()
        assert (wish.state == State.CLOSED) == bool(wish.end) == (wish.closed_at is not None)
        assert wish.reopen_count <= 2
        assert wish.responsible_id is not None
        live = wish.claims.filter(state=ClaimState.LIVE)
        if wish.kind == Kind.GOODS:
            counted = wish.claims.filter(state__in=[ClaimState.LIVE, ClaimState.DONE])
            assert (counted.aggregate(all=Sum("quantity"))["all"] or 0) <= 7
        else:
            assert live.count() == (wish.state == State.CLAIMED)
        assert wish.state in {State.PUBLISHED, State.CLAIMED} or not live.exists()

    def teardown(self) -> None:
        if hasattr(self, "rollback"):
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)


class TestWholeLife(TransactionTestCase):
    """Runs the machine on the database."""

    def test_any_life_holds(self) -> None:
        run_state_machine_as_test(
            WholeLife,
            settings=settings(max_examples=7, stateful_step_count=25, suppress_health_check=list(HealthCheck)),
        )
