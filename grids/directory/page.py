"""What a grid publishes: name, area, staff with their office phone, supervision phone (docs/domain.md §5)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone

from grids.bodies.units import unit_of
from grids.cells.domain import OrganisationKind, Rank
from grids.cells.models import PartyOrganisation
from grids.roles.domain import GRID_STAFF_ROLES, Role
from grids.roles.models import Appointment
from grids.territory.domain import STEP, Level
from grids.territory.models import Building, Grid, Territory
from grids.territory.numbers import numbers_of

_ORDER = (Role.GRID_HEAD, Role.GRID_MEMBER, Role.BUILDING_HEAD, Role.INFORMANT, Role.INSTRUCTOR, Role.LIAISON_OFFICER)
# Appointed for a grid, for all grids of the community, or for a unit in it.
OF_THE_COMMUNITY = (Role.INSTRUCTOR, Role.LIAISON_OFFICER)


@dataclass(frozen=True, slots=True)
class PublicStaff:
    """A person who serves the grid, as its public page shows them; a private number never stands here."""

    role: str
    name: str
    phone: str
    place: str


def staff_of(grid: Territory) -> list[PublicStaff]:
    """Head, members, building heads, informants, instructors and liaison officers in office today, in that order.

    Of those appointed for a unit the grid names only those whose unit stands in it, with the unit as their place.
    """
    order = Case(*(When(role=role, then=Value(n)) for n, role in enumerate(_ORDER)), output_field=IntegerField())
    appointed = (
        Appointment.objects.in_force(timezone.localdate())
        .filter(
            Q(territory__path__startswith=grid.path, role__in=list(GRID_STAFF_ROLES))
            | Q(territory__path=str(grid.path)[: STEP * Level.COMMUNITY], role__in=list(OF_THE_COMMUNITY)),
            Q(unit_office=None) | Q(unit_office__body__territory__path__startswith=grid.path),
            user__is_active=True,
        )
        .select_related("user", "territory", "unit_office__body")
        .defer("territory__boundary")
        .order_by(order, "territory__path", "pk")
    )
    return [
        PublicStaff(
            role=str(Role(one.role).label),
            name=one.user.legal_name or one.user.public_name,
            phone=one.public_phone,
            place=_whose(one),
        )
        for one in appointed
    ]


def _whose(one: Appointment) -> str:
    """The building or unit of somebody who is not there for the whole grid."""
    unit = unit_of(one)
    if unit is not None:
        return str(unit.name)
    return str(one.territory.name) if one.territory.level == Level.BUILDING else ""


def organisations_of(grid: Territory) -> list[PartyOrganisation]:
    """Party organisations that stand in the grid; where there is none, that of the community.

    No persons are named: a member-hub household is somebody's home and often has their name.
    """
    path = str(grid.path)
    place = Q(territory__path__startswith=path) | Q(territory__path=path[: STEP * Level.COMMUNITY])
    rows = PartyOrganisation.objects.filter(place, kind=OrganisationKind.PLACE, is_active=True)
    rows = rows.exclude(rank=Rank.MEMBER_HUB)
    found = list(rows.select_related("territory").defer("territory__boundary").order_by("rank", "name", "pk"))
    return [one for one in found if one.territory.level >= Level.GRID] or found


def grid_page(grid: Territory) -> dict[str, Any]:
    """Everything the page shows, as template context."""
    buildings = list(
        Building.objects.filter(territory__path__startswith=grid.path)
        .select_related("territory")
        .defer("territory__boundary")
        .order_by("territory__path")
    )
    return {
        "place": grid,
        "details": Grid.objects.filter(territory=grid).first(),
        "street": grid.ancestor_at(Level.STREET),
        "community": grid.ancestor_at(Level.COMMUNITY),
        "staff": staff_of(grid),
        "organisations": organisations_of(grid),
        "former": [each for each in numbers_of(grid) if each.until is not None],
        "buildings": buildings,
        "map": _map(grid, buildings) if grid.boundary or any(b.longitude for b in buildings) else None,
    }


def _map(grid: Territory, buildings: list[Building]) -> dict[str, Any]:
    """What the drawing needs: this grid, its neighbours, and the buildings whose place is known."""
    neighbours = (
        Territory.objects.filter(path__startswith=grid.path[: -Territory.steplen], level=Level.GRID)
        .exclude(pk=grid.pk)
        .filter(boundary__isnull=False)
        .values_list("name", "boundary")
    )
    return {
        "boundary": grid.boundary,
        "neighbours": [{"name": name, "boundary": boundary} for name, boundary in neighbours],
        "points": [
            {"name": b.territory.name, "longitude": b.longitude, "latitude": b.latitude}
            for b in buildings
            if b.longitude is not None
        ],
    }
