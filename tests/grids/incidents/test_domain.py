"""The table of the loop, and distances, by properties."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.incidents.catalogue import CATEGORIES
from grids.incidents.domain import (
    NOT_BY_HANDLERS,
    OPEN_STATES,
    TRANSITIONS,
    Action,
    Group,
    Relation,
    Sort,
    State,
    allowed_state_pairs,
    box_around,
    format_number,
    metres_between,
    sort_of,
)
from portal.deadlines.domain import Limit

ENDS = {State.EVALUATED, State.REJECTED, State.MERGED}
longitudes, latitudes = st.floats(75, 130), st.floats(20, 50)


def test_every_open_state_leads_to_a_settled_end() -> None:
    reach: dict[State, set[State]] = {state: {state} for state in State}
    for _ in State:
        for (state, _action), step in TRANSITIONS.items():
            for to in step.to:
                reach[state] |= reach[to]
    for state in OPEN_STATES | {State.REPORTED, State.VERIFIED}:
        assert State.EVALUATED in reach[state]


def test_ends_are_ends_and_every_step_can_be_taken_by_somebody() -> None:
    assert not {state for state, _action in TRANSITIONS} & ENDS
    assert {action for _state, action in TRANSITIONS} == set(Action)
    assert all(step.by for step in TRANSITIONS.values())


def test_nothing_is_verified_that_was_not_reported_back() -> None:
    pairs = allowed_state_pairs()
    assert {before for before, after in pairs if after == State.VERIFIED} == {State.REPORTED}
    assert {before for before, after in pairs if after == State.EVALUATED} == {State.VERIFIED}


def test_whoever_handles_it_neither_verifies_nor_evaluates_it() -> None:
    assert {Action.VERIFY, Action.FAIL, Action.EVALUATE} == NOT_BY_HANDLERS
    assert all(Relation.HANDLER not in TRANSITIONS[key].by for key in TRANSITIONS if key[1] in NOT_BY_HANDLERS)


def test_components_and_events_have_five_and_six_classes() -> None:
    sorts = [sort_of(group) for group in Group]
    assert (sorts.count(Sort.COMPONENT), sorts.count(Sort.EVENT)) == (5, 6)
    assert set(CATEGORIES) == set(Group)
    for entries in CATEGORIES.values():
        for entry in entries:
            Limit.parse(entry.limit)


def test_numbers_tell_day_and_sequence() -> None:
    assert format_number(date(2026, 11, 21), 37) == "E2026-1121-0037"


def test_distances_are_those_of_the_map() -> None:
    gate, tower = (118.6905, 32.0275), (118.6905, 32.0284)
    assert metres_between(gate, tower) == pytest.approx(100, abs=0.5)
    assert metres_between(gate, gate) == 0


@given(longitudes, latitudes, st.floats(0, 2000), st.floats(0, 359))
def test_the_box_holds_everything_within_the_distance(lon: float, lat: float, metres: float, angle: float) -> None:
    west, south, east, north = box_around((lon, lat), metres)
    share = angle / 360
    point = west + (east - west) * share, south + (north - south) * share
    assert metres_between((lon, lat), (lon, north)) >= metres - 0.01
    assert metres_between((lon, lat), (east, lat)) >= metres * 0.999 - 0.01
    assert metres_between((lon, lat), point) == pytest.approx(metres_between(point, (lon, lat)))
