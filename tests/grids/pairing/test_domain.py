"""A proposal: nearest first, balanced, never beyond a limit, the same each time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.pairing.domain import (
    SAME_COMMUNITY,
    SAME_GRID,
    Giver,
    Match,
    Spot,
    blurred,
    loads,
    metres_between,
    propose,
    shortest_possible,
    way,
)

WEST, EAST = (118.700, 32.01), (118.710, 32.01)


def test_a_degree_is_as_long_as_it_is_there() -> None:
    assert metres_between((118.70, 32.00), (118.70, 32.01)) == pytest.approx(1113, abs=1)
    assert metres_between(WEST, EAST) == pytest.approx(944, abs=1)


def test_everybody_gets_the_nearest_and_nobody_everything() -> None:
    givers = [Giver(1, 0, 10, WEST), Giver(2, 0, 10, EAST)]
    spots = [Spot(91, "g", tuple(range(8)), WEST), Spot(92, "g", tuple(range(100, 108)), EAST)]
    matches = propose(givers, spots)
    assert {match.household for match in matches if match.member == 1} == set(range(8))
    assert dict(loads(givers, matches)) == {1: 8, 2: 8}
    assert sum(match.metres for match in matches) == shortest_possible(givers, spots) == 0


def test_who_is_full_is_passed_over_and_the_load_is_shared() -> None:
    givers = [Giver(1, 10, 10, WEST), Giver(2, 0, 3, WEST), Giver(3, 0, 10, WEST), Giver(4, 0, 10, WEST)]
    matches = propose(givers, [Spot(91, "g", tuple(range(9)), WEST)])
    assert dict(loads(givers, matches)) == {1: 10, 2: 3, 3: 3, 4: 3}
    assert len(propose([Giver(2, 0, 3, WEST)], [Spot(91, "g", tuple(range(9)), WEST)])) == 3


def test_a_way_is_guessed_where_a_position_is_not_known() -> None:
    spot = Spot(91, "g", (1,))
    assert way(Giver(1, 0, 10, building=91), spot) == 0
    assert way(Giver(1, 0, 10, grid="g"), spot) == SAME_GRID
    assert way(Giver(1, 0, 10), spot) == SAME_COMMUNITY
    assert propose([], [spot]) == []
    assert shortest_possible([], [spot]) == 0


POINTS = st.tuples(st.floats(118.6, 118.8), st.floats(31.9, 32.1))
GIVERS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 5), POINTS), max_size=6)
SPOTS = st.lists(st.tuples(st.integers(0, 8), POINTS), max_size=5)


@given(GIVERS, SPOTS)
def test_any_proposal_keeps_the_limits_and_is_as_large_as_can_be(
    members: list[tuple[int, int, tuple[float, float]]], homes: list[tuple[int, tuple[float, float]]]
) -> None:
    givers = [Giver(pk, held, limit, point) for pk, (held, limit, point) in enumerate(members)]
    spots = [
        Spot(number, "g", tuple(range(number * 100, number * 100 + size)), point)
        for number, (size, point) in enumerate(homes)
    ]
    matches: list[Match] = propose(givers, spots)
    after = loads(givers, matches)
    assert all(after[each.id] <= max(each.limit, each.held) for each in givers)
    assert len({match.household for match in matches}) == len(matches)
    room = sum(max(0, each.limit - each.held) for each in givers)
    assert len(matches) == min(room, sum(len(spot.households) for spot in spots))
    assert matches == propose(reversed(givers), spots)
    if len(matches) == sum(len(spot.households) for spot in spots):
        assert sum(match.metres for match in matches) >= shortest_possible(givers, spots) - 0.01


@pytest.mark.parametrize(("number", "told"), [(0, 0), (1, None), (4, None), (5, 5), (9, 5), (10, 10)])
def test_small_groups_are_not_told(number: int, told: int | None) -> None:
    assert blurred(number) == told
