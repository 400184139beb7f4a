"""Who may take which step in which state: the whole table, once as data here and once as the policy decides."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.wishes.wishes.factories import IN_STATE, MONDAY, Cast, claimed, make_cast
from wishes.wishes import services
from wishes.wishes.domain import Action, State
from wishes.wishes.policies import Viewer, can

pytestmark = pytest.mark.django_db

PEOPLE = (
    "anonymous",
    "stranger",
    "author",
    "volunteer",
    "other_volunteer",
    "grid_head",
    "secretary",
    "street_officer",
    "other_worker",
    "supervisor",
)
HANDLERS = {"grid_head", "secretary", "street_officer"}
HELPERS = {"volunteer"} | HANDLERS
NOBODY: set[str] = set()

# state → action → who may. What is not listed, nobody may. The volunteer is the claimant once it is claimed.
ENDINGS = dict.fromkeys(("close_cannot_be_done", "close_not_ours", "close_duplicate"), HANDLERS)
ON_THE_WAY = ENDINGS | {
    "withdraw": {"author"},
    "ask": HANDLERS,
    "extend": HANDLERS,
    "transfer": HANDLERS,
    "object": {"grid_head"},
}
EXPECTED: dict[State, dict[str, set[str]]] = {
    State.DRAFT: {"edit": {"author"}, "submit": {"author"}},
    State.SUBMITTED: ON_THE_WAY | {"edit": {"author"}, "publish": HANDLERS, "decline": HANDLERS, "reveal": HANDLERS},
    State.VERIFYING: ON_THE_WAY
    | {
        "edit": {"author"},
        "verify": HANDLERS,
        "reject_verification": HANDLERS,
        "decline": HANDLERS,
        "reveal": HANDLERS,
    },
    State.PUBLISHED: ON_THE_WAY | {"edit": {"author"}, "claim": HELPERS, "decline": HANDLERS, "reveal": HANDLERS},
    State.CLAIMED: ON_THE_WAY
    | {
        "give_up": {"volunteer"},
        "fulfil": {"volunteer"} | HANDLERS,
        "ask": {"volunteer"} | HANDLERS,
        "reveal": {"volunteer"} | HANDLERS,
    },
    State.FULFILLED: {"confirm": {"author"}, "reopen": {"author"}, "reveal": HANDLERS},
    State.CLOSED: {"reopen": {"author"}},
}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.parametrize("state", list(State))
def test_who_may_what(cast: Cast, state: State) -> None:
    wish = IN_STATE[state](cast)
    found = {
        action.value: {name for name in PEOPLE if can(_person(cast, name), action, wish, at=MONDAY)}
        for action in Action
    }

    assert {action: who for action, who in found.items() if who} == EXPECTED[state]


@pytest.mark.parametrize("state", list(State))
def test_every_refusal_says_why_in_a_sentence(cast: Cast, state: State) -> None:
    wish = IN_STATE[state](cast)
    for name in PEOPLE:
        for action in Action:
            decision = can(_person(cast, name), action, wish, at=MONDAY)
            assert decision.allowed or str(decision.reason).endswith("。"), (name, action)


def test_a_question_in_the_air_opens_the_answer_and_closes_asking_and_extending(cast: Cast) -> None:
    wish = IN_STATE[State.PUBLISHED](cast)
    assert not can(cast.author, Action.ANSWER, wish)

    wish = services.pause_for_resident(actor=cast.grid_head, wish=wish, question="几点在家？", at=MONDAY).wish

    assert can(cast.author, Action.ANSWER, wish)
    assert not can(cast.grid_head, Action.ASK, wish)
    assert not can(cast.grid_head, Action.EXTEND, wish)


def test_nobody_handles_or_claims_a_wish_of_their_own(cast: Cast) -> None:
    wish = IN_STATE[State.PUBLISHED](cast, author=cast.worker)

    for action in (Action.CLAIM, Action.DECLINE, Action.EXTEND, Action.TRANSFER, Action.REVEAL):
        assert not can(cast.worker, action, wish), action
    assert can(cast.secretary, Action.DECLINE, wish)


def test_the_same_question_can_be_asked_as_a_permission(cast: Cast) -> None:
    wish = IN_STATE[State.PUBLISHED](cast)

    assert cast.volunteer.has_perm("wishes.claim_wish", wish)
    assert not cast.stranger.has_perm("wishes.claim_wish", wish)
    assert not cast.author.has_perm("wishes.claim_wish", wish)


def test_a_role_that_has_ended_covers_nothing(cast: Cast) -> None:
    wish = IN_STATE[State.PUBLISHED](cast)
    appointment = cast.volunteer.appointments.get()
    appointment.ends_on = appointment.starts_on
    appointment.save()
    volunteer = type(cast.volunteer).objects.get(pk=cast.volunteer.pk)

    assert not can(volunteer, Action.CLAIM, wish)


def test_a_cadre_acts_in_the_resident_s_place_only_for_that_resident_and_only_there(cast: Cast) -> None:
    wish = IN_STATE[State.FULFILLED](cast)

    assert can(cast.worker, Action.CONFIRM, wish, on_behalf_of=cast.author)
    assert not can(cast.worker, Action.CONFIRM, wish)
    assert not can(cast.worker, Action.CONFIRM, wish, on_behalf_of=cast.stranger)
    assert not can(cast.other_worker, Action.CONFIRM, wish, on_behalf_of=cast.author)
    assert not can(cast.volunteer, Action.CONFIRM, wish, on_behalf_of=cast.author)


def test_nobody_confirms_in_the_resident_s_place_what_they_handled_themselves(cast: Cast) -> None:
    wish = claimed(cast).wish
    assert wish.responsible == cast.grid_head
    services.fulfil_claim(actor=cast.worker, wish=wish, note="换了垫圈。", at=MONDAY + timedelta(hours=2))
    wish.refresh_from_db()

    assert not can(cast.grid_head, Action.CONFIRM, wish, on_behalf_of=cast.author)
    assert not can(cast.worker, Action.CONFIRM, wish, on_behalf_of=cast.author)
    assert can(cast.secretary, Action.CONFIRM, wish, on_behalf_of=cast.author)


def _person(cast: Cast, name: str) -> Viewer:
    person: Viewer = AnonymousUser() if name == "anonymous" else getattr(cast, name)
    return person
