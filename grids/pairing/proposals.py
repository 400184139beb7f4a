"""A proposal for a place: who of its members is near whom, from rows to the rule and back."""

from collections import defaultdict
from dataclasses import dataclass

from grids.members.models import PartyMember
from grids.pairing.coverage import limit_of, limits_in
from grids.pairing.domain import Giver, Match, Point, Spot, propose
from grids.pairing.models import Household, PairingLoad
from grids.pairing.services import MOST_AT_ONCE
from grids.territory.domain import STEP, Level
from grids.territory.locating import grid_map
from grids.territory.models import Building, Territory

GRID = STEP * Level.GRID


@dataclass(frozen=True, slots=True)
class Share:
    """What a proposal gives one member: the households with their buildings."""

    member: PartyMember
    held: int
    homes: list[Household]
    metres: int

    @property
    def total(self) -> int:
        """How many households the member would have."""
        return self.held + len(self.homes)

    @property
    def value(self) -> str:
        """The pairs as they stand in the form."""
        return f"{self.member.pk}:{','.join(str(home.pk) for home in self.homes)}"


def read_share(text: str) -> list[tuple[int, int]]:
    """The pairs of a value of `Share`. Raises ValueError."""
    who, _, homes = text.partition(":")
    pairs = [(int(who), int(home)) for home in homes.split(",")]
    if any(not 0 < key < 2**63 for pair in pairs for key in pair):
        raise ValueError(text)
    return pairs


@dataclass(frozen=True, slots=True)
class Question:
    """Who of a place's members could take which of its households, as the rule is asked, and the rows behind it."""

    givers: list[Giver]
    spots: list[Spot]
    members: dict[int, PartyMember]
    homes: dict[int, Household]

    @property
    def waiting(self) -> int:
        """How many households are without a pair."""
        return len(self.homes)


def question_for(place: Territory, *, most: int = MOST_AT_ONCE) -> Question:
    """The confirmed members who serve in the community of the place, and its households without a pair."""
    community = str(place.path)[: STEP * Level.COMMUNITY]
    serving = PartyMember.objects.confirmed().filter(organisation__territory__path__startswith=community)
    serving = serving.select_related("user", "near", "organisation__territory", "load")
    members = {row.pk: row for row in serving.defer("near__boundary", "organisation__territory__boundary")}
    waiting = Household.objects.filter(is_paired=False, building__path__startswith=str(place.path))
    rows = waiting.select_related("building").defer("building__boundary").order_by("building__path", "door")
    homes = {row.pk: row for row in rows[:most]}
    places = {home.building_id: str(home.building.path) for home in homes.values()}
    places |= {row.near.pk: str(row.near.path) for row in members.values() if row.near}
    points = _points(places)
    limits = limits_in(place)
    by_building: dict[int, list[int]] = defaultdict(list)
    for home in homes.values():
        by_building[home.building_id].append(home.pk)
    return Question(
        givers=[_giver(row, points, limit_of(limits, community)) for row in members.values()],
        spots=[
            Spot(building=pk, grid=places[pk][:GRID], households=tuple(keys), point=points.get(pk))
            for pk, keys in by_building.items()
        ],
        members=members,
        homes=homes,
    )


def _giver(member: PartyMember, points: dict[int, Point], limit: int) -> Giver:
    load: PairingLoad | None = getattr(member, "load", None)
    path = str(member.near.path if member.near else member.organisation.territory.path)
    return Giver(
        id=member.pk,
        held=load.households if load else 0,
        limit=limit,
        point=points.get(member.near_id or 0),
        grid=path[:GRID] if len(path) >= GRID else "",
        building=member.near_id,
    )


def _points(places: dict[int, str]) -> dict[int, Point]:
    """Where these places stand, given with their paths; of a grid, or a building without a position, a point within
    the grid's boundary."""
    known = Building.objects.filter(territory__in=places, longitude__isnull=False)
    rows = known.values_list("territory_id", "longitude", "latitude")
    found = {pk: (lon, lat) for pk, lon, lat in rows if lon is not None and lat is not None}
    missing = {pk: path[:GRID] for pk, path in places.items() if pk not in found}
    if missing:
        grids = dict(Territory.objects.filter(path__in=set(missing.values())).values_list("path", "pk"))
        middles = grid_map().middles(set(grids.values()))
        found |= {pk: middles[grids[path]] for pk, path in missing.items() if grids.get(path) in middles}
    return found


def proposal_for(question: Question) -> list[Share]:
    """What each member would take."""
    by_member: dict[int, list[Match]] = defaultdict(list)
    for match in propose(question.givers, question.spots):
        by_member[match.member].append(match)
    held = {each.id: each.held for each in question.givers}
    return [
        Share(
            member=question.members[pk],
            held=held[pk],
            homes=[question.homes[match.household] for match in found],
            metres=round(max(match.metres for match in found)),
        )
        for pk, found in by_member.items()
    ]
