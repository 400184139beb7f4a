"""1310: one backbone member pairs with 3 members, one member with 10 households (docs/domain.md §5); who with whom.

A proposal gives each household the nearest member, and lets nobody carry much more than the others do: one household
more counts like so many metres further. It is greedy: the cheapest pair is taken, then the next. Whole buildings are
reckoned with instead of single households, since everybody in one is equally far.
"""

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

HOUSEHOLDS_PER_MEMBER, MEMBERS_PER_BACKBONE = 10, 3
# What one household more is worth, in metres of way.
BALANCE = 60.0
# How far it is where a position is not known.
SAME_GRID, SAME_COMMUNITY = 300.0, 1500.0
METRES_PER_DEGREE = 111_320.0
# Groups smaller than this are not told outside the handlers (docs/domain.md §7).
SMALLEST = 5

Point = tuple[float, float]  # longitude, latitude in WGS-84 degrees


class Care(TextChoices):
    """Why a household is looked after especially; the empty one needs nothing special."""

    NONE = "", _("不需要特殊关照")
    SOLITARY = "solitary", _("独居、空巢老人")
    DISABLED = "disabled", _("残疾人")
    ILL = "ill", _("重病患者")
    HARDSHIP = "hardship", _("生活困难")
    CHILD = "child", _("留守或困境儿童")
    OTHER = "other", _("其他需要关照")


@dataclass(frozen=True, slots=True)
class Giver:
    """A member who can take more households: where they set out, in which grid, how many they have and may have."""

    id: int
    held: int
    limit: int
    point: Point | None = None
    grid: str = ""
    building: int | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Households of one building that nobody looks after yet."""

    building: int
    grid: str
    households: tuple[int, ...]
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One pair of a proposal, and how far it is in metres."""

    member: int
    household: int
    metres: float


def metres_between(one: Point, other: Point) -> float:
    """The way as the crow flies, exact enough within a town."""
    shrink = math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot((one[0] - other[0]) * shrink, one[1] - other[1]) * METRES_PER_DEGREE


def way(giver: Giver, spot: Spot) -> float:
    """How far a member is from a building, in metres; a guess where one of the two is not known."""
    if giver.building == spot.building:
        return 0.0
    if giver.point is not None and spot.point is not None:
        return metres_between(giver.point, spot.point)
    return SAME_GRID if giver.grid and giver.grid == spot.grid else SAME_COMMUNITY


def propose(givers: Iterable[Giver], spots: Iterable[Spot]) -> list[Match]:
    """Who takes which household; nobody beyond their limit. The same question always gets the same answer."""
    members = {each.id: each for each in givers if each.held < each.limit}
    homes = {each.building: each for each in spots if each.households}
    held = {pk: each.held for pk, each in members.items()}
    taken = dict.fromkeys(homes, 0)
    ways = {(m.id, s.building): way(m, s) for m in members.values() for s in homes.values()}
    heap = [(metres + BALANCE * held[who], held[who], who, where) for (who, where), metres in ways.items()]
    heapq.heapify(heap)
    found: list[Match] = []
    while heap:
        _cost, had, who, where = heapq.heappop(heap)
        if held[who] >= members[who].limit or taken[where] >= len(homes[where].households):
            continue
        metres = ways[who, where]
        if had == held[who]:
            found.append(Match(who, homes[where].households[taken[where]], metres))
            held[who] += 1
            taken[where] += 1
        # What was reckoned with fewer households is reckoned anew and has to wait its turn.
        heapq.heappush(heap, (metres + BALANCE * held[who], held[who], who, where))
    return found


def shortest_possible(givers: Sequence[Giver], spots: Iterable[Spot]) -> float:
    """A bound that no assignment is below: every household with the member nearest to it, whatever the limits."""
    able = [each for each in givers if each.held < each.limit]
    if not able:
        return 0.0
    return sum(min(way(each, spot) for each in able) * len(spot.households) for spot in spots)


def loads(givers: Iterable[Giver], matches: Iterable[Match]) -> Mapping[int, int]:
    """How many households each member has after a proposal."""
    counts = {each.id: each.held for each in givers}
    for match in matches:
        counts[match.member] += 1
    return counts


def blurred(number: int) -> int | None:
    """A number as it may be told outside the handlers: None for a group small enough to point at somebody.

    Others are rounded down to fives, so that no small group follows from a total and the rest of its parts.
    """
    return None if 0 < number < SMALLEST else number - number % SMALLEST
