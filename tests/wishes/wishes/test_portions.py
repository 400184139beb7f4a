"""What the parts of goods make of a wish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wishes.wishes.domain import State
from wishes.wishes.portions import Portions

COUNTS = st.integers(0, 20)


@pytest.mark.parametrize(
    ("claimed", "live", "done", "enough", "state", "wanted"),
    [
        (0, 0, 0, False, State.PUBLISHED, 7000),
        (4850, 9, 0, False, State.PUBLISHED, 2150),
        (4850, 0, 9, False, State.PUBLISHED, 2150),
        (7000, 3, 10, False, State.CLAIMED, 0),
        (7000, 0, 13, False, State.FULFILLED, 0),
        (4850, 1, 8, True, State.CLAIMED, 0),
        (4850, 0, 9, True, State.FULFILLED, 0),
        (0, 0, 0, True, State.PUBLISHED, 0),
    ],
)
def test_the_state_follows_from_the_parts(
    claimed: int, live: int, done: int, enough: bool, state: State, wanted: int
) -> None:
    portions = Portions(quantity=7000, claimed=claimed, live=live, done=done, enough=enough)

    assert (portions.state, portions.wanted) == (state, wanted)


@given(quantity=st.integers(1, 50), claimed=COUNTS, live=COUNTS, done=COUNTS, enough=st.booleans())
def test_nothing_is_fulfilled_while_somebody_is_at_it_or_something_is_wanted(
    quantity: int, claimed: int, live: int, done: int, enough: bool
) -> None:
    portions = Portions(quantity=quantity, claimed=claimed, live=live, done=done, enough=enough)

    if portions.state == State.FULFILLED:
        assert (live, portions.wanted) == (0, 0)
        assert done
    assert (portions.state == State.PUBLISHED) == bool(portions.wanted or not (live or done))
