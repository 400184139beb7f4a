"""Grids and buildings by the hundred: the rules of `add_grid` and `add_building`, in a handful of statements."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from grids.territory.browsing import forget_starting_places
from grids.territory.domain import CODE_LENGTHS, Level
from grids.territory.events import BuildingAdded, GridAdded, PlaceRemoved
from grids.territory.models import Building, Grid, Territory
from grids.territory.services import add_building, add_grid, require_configure
from grids.territory.tree import lock_place, next_code, plant_many, uproot_many
from portal.accounts.models import User
from portal.errors import DomainError, Invalid
from portal.outbox.services import Fact, record_many


@dataclass(frozen=True, slots=True)
class NewGrid:
    """A grid to be; without a code it takes the community's next number."""

    name: str
    code: str = ""
    household_count: int = 0
    supervision_phone: str = ""
    area_description: str = ""


@dataclass(frozen=True, slots=True)
class NewBuilding:
    """A building to be; it takes the grid's next number."""

    name: str
    address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    households: int = 0


Planted = list[Territory | DomainError]


@transaction.atomic
def add_grids(*, actor: User, community: Territory, grids: Sequence[NewGrid]) -> Planted:
    """For each grid its place, or why it was refused: one refusal holds up none of the others."""
    require_configure(actor, community)
    parent = lock_place(community.code)

    def at_once() -> list[Territory]:
        codes = _codes(parent, [grid.code for grid in grids])
        if parent.level != Level.COMMUNITY or not all(_fits(code, parent, Level.GRID) for code in codes):
            raise Invalid("")
        places = plant_many(parent, [(code, grid.name) for code, grid in zip(codes, grids, strict=True)])
        rows = [
            Grid(
                territory=place,
                household_count=grid.household_count,
                supervision_phone=grid.supervision_phone.strip(),
                area_description=grid.area_description.strip(),
            )
            for place, grid in zip(places, grids, strict=True)
        ]
        for row in rows:
            row.full_clean(exclude=["territory"], validate_unique=False, validate_constraints=False)
        Grid.objects.bulk_create(rows)
        record_many([Fact(GridAdded(territory_id=p.pk, code=p.code), p) for p in places], actor=actor)
        return places

    def alone(grid: NewGrid) -> Territory:
        return add_grid(
            actor=actor,
            community=community,
            name=grid.name,
            code=grid.code,
            household_count=grid.household_count,
            supervision_phone=grid.supervision_phone,
            area_description=grid.area_description,
        )

    transaction.on_commit(forget_starting_places)
    return _planted(at_once, [partial(alone, grid) for grid in grids])


@transaction.atomic
def add_buildings(*, actor: User, grid: Territory, buildings: Sequence[NewBuilding]) -> Planted:
    """For each building its place, or why it was refused: one refusal holds up none of the others."""
    require_configure(actor, grid)
    parent = lock_place(grid.code)

    def at_once() -> list[Territory]:
        codes = _codes(parent, [""] * len(buildings))
        if parent.level != Level.GRID or not all(_fits(code, parent, Level.BUILDING) for code in codes):
            raise Invalid("")
        places = plant_many(parent, [(code, one.name) for code, one in zip(codes, buildings, strict=True)])
        rows = [
            Building(
                territory=place,
                address=one.address.strip(),
                longitude=one.longitude,
                latitude=one.latitude,
                households=one.households,
            )
            for place, one in zip(places, buildings, strict=True)
        ]
        for row in rows:
            row.full_clean(exclude=["territory"], validate_unique=False, validate_constraints=False)
        Building.objects.bulk_create(rows)
        record_many([Fact(BuildingAdded(territory_id=p.pk, code=p.code), p) for p in places], actor=actor)
        return places

    def alone(one: NewBuilding) -> Territory:
        details: dict[str, Any] = {"longitude": one.longitude, "latitude": one.latitude, "households": one.households}
        return add_building(actor=actor, grid=parent, name=one.name, address=one.address, **details)

    return _planted(at_once, [partial(alone, one) for one in buildings])


def _planted(at_once: Callable[[], list[Territory]], alone: list[Callable[[], Territory]]) -> Planted:
    """All at once; where that is refused, one by one, to learn which and why."""
    try:
        with transaction.atomic():
            return list(at_once())
    except (DomainError, ValidationError):
        return [_planted_alone(each) for each in alone]


def _planted_alone(plant: Callable[[], Territory]) -> Territory | DomainError:
    try:
        with transaction.atomic():
            return plant()
    except DomainError as refusal:
        return refusal
    except ValidationError as error:
        return Invalid("；".join(error.messages), field=next(iter(getattr(error, "message_dict", {})), ""))


def _codes(parent: Territory, given: Sequence[str]) -> list[str]:
    """The codes as given, the empty ones counted on from the highest that is there or among those given."""
    free = max([int(next_code(parent)[-3:]), *(int(code[-3:]) + 1 for code in given if _is_below(code, parent))])
    codes = []
    for code in given:
        codes.append(code or f"{parent.code}{free:03d}")
        free += not code
    return codes


def _is_below(code: str, parent: Territory) -> bool:
    return code.startswith(parent.code) and code[-3:].isdecimal()


def _fits(code: str, parent: Territory, level: Level) -> bool:
    return len(code) == CODE_LENGTHS[level] and code.isdecimal() and code.startswith(parent.code)


def remove_places(*, actor: User, places: Collection[Territory], now: datetime | None = None) -> None:
    """Takes grids and buildings away that should not have been made; the caller decides who may do it.

    The caller holds them for update and has made sure that nothing stands on them. Raises Conflict otherwise.
    """
    facts = [Fact(PlaceRemoved(territory_id=place.pk, code=place.code), place) for place in places]
    uproot_many([place.pk for place in places])
    record_many(facts, actor=actor, at=now)
    transaction.on_commit(forget_starting_places)
