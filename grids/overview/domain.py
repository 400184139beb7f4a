"""What a number of the overview looks like: its band on the map, its change, and when somebody has too much.

No rows and no requests. Numbers are sums of what each grid counts; shares are reckoned from two of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# Bands of the map from light to dark; each has a pattern of its own (docs/quality.md: never colour alone).
BANDS = ("none", "few", "some", "many")
UNKNOWN = "unknown"
# Nothing is wrong, but it is not as usual either.
ASIDE = "aside"
# From so many on a count is "few", "some" and "many".
COUNT_STEPS = (1, 3, 6)
# A share below the first is dark, from the last on light.
SHARE_STEPS = (50, 80, 95)
# What one person can have in hand before the page says that it is much; a setting of places.
MOST_IN_HAND = 20

Counts = Mapping[str, int]


def added(several: Iterable[Counts]) -> dict[str, int]:
    """The sum of each number."""
    found: dict[str, int] = {}
    for counts in several:
        for key, count in counts.items():
            found[key] = found.get(key, 0) + count
    return found


def percent(part: int | None, whole: int | None) -> int | None:
    """Of a hundred, rounded down; None of nothing, or where one of the two is not told."""
    return None if part is None or not whole else part * 100 // whole


def count_band(value: int | None, steps: tuple[int, int, int] = COUNT_STEPS) -> str:
    """The more, the darker."""
    return UNKNOWN if value is None else BANDS[sum(value >= step for step in steps)]


def share_band(value: int | None, steps: tuple[int, int, int] = SHARE_STEPS) -> str:
    """The less, the darker."""
    return UNKNOWN if value is None else BANDS[len(steps) - sum(value >= step for step in steps)]


def ranges(steps: tuple[int, int, int], *, share: bool) -> list[tuple[str, int | None, int | None]]:
    """For each band the first and the last value in it, for the key of the map; None where it is open."""
    edges = (0, *steps)
    found: list[tuple[str, int | None, int | None]] = [
        (BANDS[place], edge, edges[place + 1] - 1 if place < len(steps) else None) for place, edge in enumerate(edges)
    ]
    if not share:
        return found
    bands = tuple(reversed(BANDS))
    last = [(bands[place], first, 100 if until is None else until) for place, (_band, first, until) in enumerate(found)]
    return [(band, first, until) for band, first, until in reversed(last)]


@dataclass(frozen=True, slots=True)
class Change:
    """How a number has moved since the period before."""

    now: int
    before: int
    more_is_better: bool = False

    @property
    def by(self) -> int:
        """More than before, or less."""
        return self.now - self.before

    @property
    def less(self) -> int:
        """How much less than before, in words that say so."""
        return -self.by

    @property
    def is_better(self) -> bool:
        """Whether it went the way one wishes."""
        return self.by > 0 if self.more_is_better else self.by < 0


def too_much(in_hand: int, most: int) -> bool:
    """Whether one person has more in hand than the place thinks can be done. It compares nobody with anybody."""
    return in_hand > most
