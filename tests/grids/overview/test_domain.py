"""Bands, changes and sums, without rows."""

import pytest

from grids.overview.domain import Change, added, count_band, percent, ranges, share_band, too_much
from grids.overview.figures import Column

COUNT = Column("late", "超时")
SHARE = Column("paired", "结对率", whole="households", about_people=True)


@pytest.mark.parametrize(
    ("value", "band"), [(0, "none"), (1, "few"), (2, "few"), (3, "some"), (6, "many"), (99, "many")]
)
def test_the_more_the_darker(value: int, band: str) -> None:
    assert count_band(value) == band


@pytest.mark.parametrize(("value", "band"), [(100, "none"), (95, "none"), (94, "few"), (50, "some"), (49, "many")])
def test_the_smaller_a_share_the_darker(value: int, band: str) -> None:
    assert share_band(value) == band


def test_what_is_not_told_has_a_band_of_its_own() -> None:
    assert count_band(None) == share_band(None) == "unknown"


@pytest.mark.parametrize("share", [False, True])
def test_the_key_of_the_map_says_what_the_map_shows(share: bool) -> None:
    """Every value lies in exactly one range of the key, and the map gives it that band."""
    steps = (50, 80, 95) if share else (1, 3, 6)
    band_of = share_band if share else count_band
    for value in range(101):
        inside = [
            band
            for band, first, last in ranges(steps, share=share)
            if (first or 0) <= value <= (100 if last is None else last)
        ]
        assert inside == [band_of(value, steps)]


def test_a_share_of_nothing_is_not_told() -> None:
    assert percent(0, 0) is None
    assert percent(2, 3) == 66
    assert SHARE.value({}) is None


def test_small_groups_of_people_are_told_to_handlers_only() -> None:
    counts = {"late": 3, "paired": 3, "households": 12}
    assert SHARE.value(counts) == 25
    assert SHARE.value(counts, exact=False) is None
    assert SHARE.value({"paired": 8, "households": 12}, exact=False) == 50  # 5 of 10
    assert COUNT.value(counts, exact=False) == 3


def test_a_change_knows_which_way_is_better() -> None:
    assert Change(3, 5).is_better
    assert not Change(5, 3).is_better
    assert Change(90, 80, more_is_better=True).is_better
    assert Change(3, 5).less == 2
    assert COUNT.change({"late": 2}, exact=True) is None
    assert COUNT.change({"late": 2, "late.before": 5}, exact=True) == Change(2, 5)


def test_sums_and_too_much() -> None:
    assert added([{"a": 1}, {"a": 2, "b": 3}]) == {"a": 3, "b": 3}
    assert not too_much(20, 20)
    assert too_much(21, 20)
