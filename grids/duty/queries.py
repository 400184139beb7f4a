"""The board of a community, read in a handful of queries however many grids it has."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from grids.duty.domain import Absence, GridRow, Office, row_of
from grids.roles.domain import COVERED_ROLES, HANDLER_ROLES, Role
from grids.roles.models import Appointment, DutyCover
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User


def board_of(community: Territory, days: Sequence[date]) -> list[GridRow]:
    """Every living grid of the community on these days, in the order of their codes."""
    grids = Territory.objects.children_of(community).at(Level.GRID).living().defer("boundary")
    offices: dict[int, dict[str, list[Office]]] = defaultdict(lambda: defaultdict(list))
    absences = _absences(community, days)
    for one in offices_of(community, days):
        name = one.user.legal_name or one.user.public_name
        office = Office(name, one.starts_on, one.ends_on, tuple(absences.get(one.pk, ())))
        offices[one.territory_id][one.role].append(office)
    return [
        row_of(grid.code, grid.name, days, offices[grid.pk], head=Role.GRID_HEAD, member=Role.GRID_MEMBER)
        for grid in grids
    ]


def offices_of(community: Territory, days: Sequence[date]) -> QuerySet[Appointment]:
    """Heads and members of the community's grids who hold office on one of these days."""
    held = Appointment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=days[0]),
        territory__path__startswith=community.path,
        role__in=list(COVERED_ROLES),
        starts_on__lte=days[-1],
        user__is_active=True,
    )
    return held.select_related("user", "territory").defer("territory__boundary").order_by("territory__path", "role")


def duties_of(community: Territory, days: Sequence[date]) -> QuerySet[DutyCover]:
    """Absences of the community's grids on one of these days, the first first."""
    rows = DutyCover.objects.between(days[0], days[-1]).filter(
        appointment__territory__path__startswith=community.path, ends_on__gt=days[0]
    )
    related = ("cover", "appointment__user", "appointment__territory")
    return rows.select_related(*related).defer("appointment__territory__boundary").order_by("starts_on", "pk")


def colleagues(community: Territory, but: Iterable[int]) -> QuerySet[User]:
    """Staff of the community and its grids today, who may stand in for one another."""
    here = Appointment.objects.in_force().filter(
        role__in=list(HANDLER_ROLES), territory__path__startswith=community.path
    )
    people: QuerySet[User] = User.objects.filter(pk__in=here.values("user"), is_active=True, is_staff=True)
    return people.exclude(pk__in=list(but)).order_by("legal_name", "pk")


def _absences(community: Territory, days: Sequence[date]) -> dict[int, list[Absence]]:
    found: dict[int, list[Absence]] = defaultdict(list)
    for duty in duties_of(community, days):
        cover = duty.cover
        name = (cover.legal_name or cover.public_name) if cover and cover.is_active and cover.is_staff else ""
        found[duty.appointment_id].append(Absence(duty.starts_on, duty.ends_on, name))
    return found
