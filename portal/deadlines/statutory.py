"""Days off that the law itself fixes (全国年节及纪念日放假办法), for years whose arrangement is not published yet.

The law of 2024 names thirteen days: New Year, four of the Spring Festival from its eve on, Qingming, two of May, the
Dragon Boat Festival, Mid-Autumn, three of October. One that falls on a Saturday or Sunday is made up for on a working
day; until the State Council says which, the next one is taken. What is shifted around them (调休) nobody can know.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Final

# By the moon, so written down: first day of the year, Dragon Boat Festival, Mid-Autumn; and Qingming, by the sun.
_BY_THE_SKY: Final[dict[int, tuple[tuple[int, int], ...]]] = {
    2027: ((2, 6), (6, 9), (9, 15), (4, 5)),
    2028: ((1, 26), (5, 28), (10, 3), (4, 4)),
    2029: ((2, 13), (6, 16), (9, 22), (4, 4)),
    2030: ((2, 3), (6, 5), (9, 12), (4, 5)),
    2031: ((1, 23), (6, 24), (10, 1), (4, 5)),
    2032: ((2, 11), (6, 12), (9, 19), (4, 4)),
    2033: ((1, 31), (6, 1), (9, 8), (4, 4)),
    2034: ((2, 19), (6, 20), (9, 27), (4, 5)),
    2035: ((2, 8), (6, 10), (9, 16), (4, 5)),
    2036: ((1, 28), (5, 30), (10, 4), (4, 4)),
}
SATURDAY: Final = 5


def is_workday_by_law(day: date) -> bool:
    """Monday to Friday, less what the law gives off."""
    return day.weekday() < SATURDAY and day not in days_off(day.year)


@cache
def days_off(year: int) -> frozenset[date]:
    """The days off of a year, with those that make up for a Saturday or Sunday. A year further on than the moon was
    looked up for has only those fixed by the calendar."""
    named = list(_named(year))
    found = set(named)
    for each in sorted(named):
        if each.weekday() >= SATURDAY:
            instead = each
            while instead.weekday() >= SATURDAY or instead in found:
                instead += timedelta(days=1)
            found.add(instead)
    return frozenset(found)


def _named(year: int) -> Iterator[date]:
    yield date(year, 1, 1)
    yield from (date(year, 5, day) for day in (1, 2))
    yield from (date(year, 10, day) for day in (1, 2, 3))
    if year in _BY_THE_SKY:
        spring, dragon_boat, mid_autumn, qingming = (date(year, *each) for each in _BY_THE_SKY[year])
        yield from (spring + timedelta(days=after) for after in (-1, 0, 1, 2))
        yield from (dragon_boat, mid_autumn, qingming)
