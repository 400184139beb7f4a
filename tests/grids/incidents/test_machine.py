"""Any order of steps by anybody: the table holds, deadlines are never lost, and nobody checks their own work."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from grids.incidents import services
from grids.incidents.domain import OPEN_STATES, TRANSITIONS, Action, State
from grids.incidents.models import Incident, Summons
from grids.incidents.policies import can
from grids.incidents.services.steps import CLOCK_KIND, VERIFY_CLOCK_KIND
from portal.deadlines.models import Clock
from portal.deadlines.sweeping import sweep_clocks
from portal.errors import DomainError
from tests.grids.incidents.factories import MONDAY, Round, collected, make_round

STAFF = ("member", "grid_head", "worker", "secretary", "street_officer", "other_worker")
PEOPLE = ("resident", "informant", "department", *STAFF)
# What would end most lives early; `somebody_tries` takes it too.
LEFT_OUT = frozenset({Action.REJECT, Action.EVALUATE, Action.MERGE})


def take(action: Action, incident: Incident, actor: Any, people: Round, at: Any) -> object:
    """One step by one person, with sensible words."""
    why: dict[str, Any] = {"actor": actor, "incident": incident, "at": at}
    steps: dict[Action, Any] = {
        Action.FILE: lambda: services.file_incident(**why),
        Action.REJECT: lambda: services.reject_incident(**why, reason="不是"),
        Action.DISPATCH: lambda: services.dispatch_incident(**why, place=people.grid),
        Action.TAKE: lambda: services.take_incident(**why),
        Action.PASS_UP: lambda: services.pass_up_incident(**why, reason="办不了"),
        Action.SOLVE: lambda: services.solve_on_the_spot(**why, note="好了"),
        Action.REPORT_BACK: lambda: services.report_back(**why, note="好了"),
        Action.VERIFY: lambda: services.verify_incident(**why),
        Action.FAIL: lambda: services.fail_incident(**why, reason="没好"),
        Action.REOPEN: lambda: services.reopen_incident(**why, reason="没好"),
        Action.EVALUATE: lambda: services.evaluate_incident(**why, grade="good"),
        Action.PAUSE: lambda: services.pause_incident(**why, reason="等配件"),
        Action.RESUME: lambda: services.resume_incident(**why),
        Action.WHISTLE: lambda: services.call_departments(**why, bodies=people.bodies, asked="来一趟", limit="1d"),
        Action.REPORT_IN: lambda: services.report_in(**why),
        Action.ANSWER: lambda: services.answer_summons(**why, answer="办了"),
        Action.CALL_OFF: lambda: services.call_off(**why, summons=incident.summonses.last() or Summons()),
        Action.MERGE: lambda: services.merge_incident(**why, into=incident),
    }
    return steps[action]()


class IncidentMachine(RuleBasedStateMachine):
    """One incident, eight people, every step in any order, time only moving on."""

    @initialize(by_staff=st.booleans())
    def begin(self, by_staff: bool) -> None:
        self.rollback = transaction.atomic()
        self.rollback.__enter__()
        self.people = make_round()
        self.now = MONDAY
        self.pk = collected(self.people, by=self.people.member if by_staff else None).pk

    @rule(action=st.sampled_from(list(Action)), person=st.sampled_from(PEOPLE), hours=st.integers(0, 30))
    def somebody_tries(self, action: Action, person: str, hours: int) -> None:
        self.now += timedelta(hours=hours)
        incident = Incident.objects.get(pk=self.pk)
        before = State(incident.state)
        try:
            with transaction.atomic():
                take(action, incident, getattr(self.people, person), self.people, self.now)
        except DomainError:
            assert Incident.objects.get(pk=self.pk).state == before
            return
        assert State(Incident.objects.get(pk=self.pk).state) in TRANSITIONS[before, action].to

    @rule(data=st.data(), hours=st.integers(0, 30))
    def somebody_does_what_they_may(self, data: st.DataObject, hours: int) -> None:
        """A step that is allowed and ends nothing early, so that every corner of the table is reached often."""
        self.now += timedelta(hours=hours)
        incident = Incident.objects.with_surroundings().get(pk=self.pk)
        allowed = [
            (action, name)
            for action in Action
            for name in PEOPLE
            if action not in LEFT_OUT and can(getattr(self.people, name), action, incident, at=self.now)
        ]
        # A department that is called already is not called again.
        if incident.state == State.CO_HANDLING:
            allowed = [(action, name) for action, name in allowed if action != Action.WHISTLE]
        if allowed:
            action, name = data.draw(st.sampled_from(allowed))
            take(action, incident, getattr(self.people, name), self.people, self.now)

    @rule()
    def clocks_are_swept(self) -> None:
        sweep_clocks(now=self.now)

    @invariant()
    def nobody_checks_their_own_work(self) -> None:
        incident = Incident.objects.get(pk=self.pk)
        hands = set(incident.handlings.values_list("user_id", flat=True))
        assert not hands & {incident.verified_by_id, incident.evaluated_by_id}

    @invariant()
    def departments_are_waited_for_as_long_as_they_are_called(self) -> None:
        incident = Incident.objects.get(pk=self.pk)
        live = [one for one in incident.summonses.all() if one.state in ("waiting", "reported_in")]
        assert bool(live) == (incident.state == State.CO_HANDLING)
        clocks = Clock.objects.filter(subject_type="grids.summons").exclude(state="stopped")
        assert {clock.subject_id for clock in clocks} == {one.pk for one in live if one.state == "waiting"}

    @invariant()
    def no_deadline_is_lost(self) -> None:
        """While something is to be done, exactly one clock counts for it, and the incident shows its due time."""
        incident = Incident.objects.get(pk=self.pk)
        live = list(Clock.objects.filter(subject_type="grids.incident", subject_id=self.pk).exclude(state="stopped"))
        kinds = [clock.kind for clock in live]
        if incident.state in OPEN_STATES:
            assert kinds == [CLOCK_KIND]
            assert live[0].due_at == incident.due_at
            assert (live[0].state == "paused") == (incident.paused_at is not None)
        elif incident.state == State.REPORTED:
            assert kinds == [VERIFY_CLOCK_KIND]
            assert live[0].due_at == incident.due_at
        else:
            assert not kinds

    def teardown(self) -> None:
        if hasattr(self, "rollback"):
            transaction.set_rollback(True)
            self.rollback.__exit__(None, None, None)


class IncidentLife(TransactionTestCase):
    """Runs the machine on the database."""

    def test_any_order_of_steps(self) -> None:
        run_state_machine_as_test(
            IncidentMachine,
            settings=settings(max_examples=8, stateful_step_count=25, suppress_health_check=list(HealthCheck)),
        )
