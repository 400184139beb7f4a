"""Rules of the wish that need no database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.roles.domain import Role
from portal.cleaning import clean_text
from tests.wishes.wishes.factories import MONDAY
from wishes.wishes.domain import (
    DISPATCH_CHAIN,
    TRANSITIONS,
    Action,
    Candidate,
    End,
    Relation,
    ReopenRule,
    Stars,
    State,
    allowed_state_pairs,
    choose_responsible,
    dispatch_chain,
    format_number,
    state_after_submission,
)


def test_every_state_can_be_reached_and_left() -> None:
    pairs = allowed_state_pairs()

    assert {to for _start, to in pairs} == set(State)
    assert {start for start, _to in pairs} == set(State)


def test_a_closed_wish_comes_back_by_reopening_or_by_an_appeal_alone() -> None:
    returns = {
        action for (state, action), step in TRANSITIONS.items() if state == State.CLOSED and step.to != (State.CLOSED,)
    }
    assert returns == {Action.REOPEN, Action.UPHOLD_APPEAL}


def test_every_end_has_its_own_step() -> None:
    by_end = {end: {action for (_state, action), step in TRANSITIONS.items() if step.end == end} for end in End}

    assert by_end == {
        End.FULFILLED: {Action.CONFIRM, Action.AUTO_CONFIRM},
        End.CANNOT_BE_DONE: {Action.CLOSE_CANNOT_BE_DONE},
        End.NOT_OURS: {Action.CLOSE_NOT_OURS},
        End.DUPLICATE: {Action.CLOSE_DUPLICATE},
        End.WITHDRAWN: {Action.WITHDRAW},
        End.DECLINED: {Action.DECLINE},
    }


def test_a_step_that_closes_names_its_end_and_no_other_does() -> None:
    for (state, action), step in TRANSITIONS.items():
        closes = state != State.CLOSED and step.to == (State.CLOSED,)
        assert closes == (step.end is not None), (state, action)


def test_strangers_take_no_step_at_all() -> None:
    assert not [key for key, step in TRANSITIONS.items() if Relation.OTHER in step.by]


@pytest.mark.parametrize(
    ("special", "needs_moderation", "state"),
    [
        (False, False, State.PUBLISHED),
        (False, True, State.SUBMITTED),
        (True, False, State.VERIFYING),
        (True, True, State.VERIFYING),
    ],
)
def test_special_groups_are_verified_before_anything_else(special: bool, needs_moderation: bool, state: State) -> None:
    assert state_after_submission(special=special, needs_moderation=needs_moderation) == state


def test_reopening_ends_with_the_last_moment_of_the_seventh_day() -> None:
    rule = ReopenRule(days=7, times=2)

    assert rule.still_open(ended_at=MONDAY, now=MONDAY + timedelta(days=7))
    assert not rule.still_open(ended_at=MONDAY, now=MONDAY + timedelta(days=7, microseconds=1))
    assert [rule.has_left(reopen_count=count) for count in range(4)] == [True, True, False, False]


def test_stars_outside_one_to_five_are_named() -> None:
    assert Stars(speed=0, attitude=3, result=6).wrong_fields() == ["speed", "result"]
    assert Stars(speed=1, attitude=3, result=5).wrong_fields() == []


def test_a_number_keeps_growing_past_four_digits() -> None:
    assert format_number(date(2026, 11, 21), 37) == "2026-1121-0037"
    assert format_number(date(2026, 1, 2), 12345) == "2026-0102-12345"


def test_the_head_of_the_grid_comes_before_whoever_has_less_to_do() -> None:
    head, idle = Candidate(7, leads=True, open_wishes=30), Candidate(3, leads=False, open_wishes=0)

    assert choose_responsible([idle, head]) == 7
    assert choose_responsible([]) is None


candidates = st.lists(
    st.builds(Candidate, st.integers(1, 50), st.booleans(), st.integers(0, 20)),
    min_size=1,
    unique_by=lambda c: c.user_id,
)


@given(candidates)
def test_dispatch_does_not_depend_on_the_order_of_candidates(people: list[Candidate]) -> None:
    shuffled = sorted(people, key=lambda one: (one.user_id * 7919) % 101)

    chosen = choose_responsible(people)

    assert chosen == choose_responsible(shuffled)
    best = next(one for one in people if one.user_id == chosen)
    assert all((best.leads, -best.open_wishes) >= (one.leads, -one.open_wishes) for one in people)


def test_a_category_with_its_own_role_asks_that_one_first() -> None:
    assert dispatch_chain("") == DISPATCH_CHAIN
    assert dispatch_chain("street_officer")[0] == frozenset({Role.STREET_OFFICER})
    assert dispatch_chain("street_officer")[1:] == DISPATCH_CHAIN


@given(st.text())
def test_cleaned_text_can_be_stored_and_is_cleaned_once_for_all(text: str) -> None:
    cleaned = clean_text(text, lines=True)

    assert "\x00" not in cleaned
    cleaned.encode()
    assert clean_text(cleaned, lines=True) == cleaned
    assert "\n" not in clean_text(text)
