"""Completion by organisation: what a page, the API and an export show, for the person who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from grids.cells.models import PartyOrganisation
from grids.gatherings.audience import below
from grids.gatherings.domain import GatheringKind, Tally, rate
from grids.gatherings.limits import Bindings
from grids.gatherings.policies import OFFICERS, SUPERIORS, part_of, watched_paths
from grids.gatherings.queries import Stood, Totals, Year, stood, tallies_of, years_of
from grids.roles.queries import paths_of
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User

LEVELS = (Level.DISTRICT, Level.STREET, Level.COMMUNITY, Level.GRID)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose numbers are asked for: a place's, or those of the organisations the person leads and what is below."""

    place: Territory | None
    name: str
    organisations: "QuerySet[PartyOrganisation]"
    paths: list[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One organisation: its tallies by kind, and how many came, where the person may know it."""

    organisation: Stood
    tallies: Mapping[GatheringKind, Tally]
    percent: int | None
    opens: bool

    @property
    def sums(self) -> Totals:
        """All kinds together."""
        found = Totals()
        found.add(self.tallies.values())
        return found

    @property
    def year_required(self) -> int:
        """What was required in the year so far."""
        return sum(one.year_required for one in self.tallies.values())

    @property
    def year_done(self) -> int:
        """What was done of it."""
        return sum(one.year_done for one in self.tallies.values())


def scope_for(user: User, code: str) -> Scope:
    """The place with this code, or what the person watches first. Raises PermissionDenied for who watches nothing,
    Http404 for a place they do not watch."""
    part, paths = part_of(user), watched_paths(user)
    led = part.leads if part is not None else frozenset()
    if not paths and not led:
        raise PermissionDenied(_("这里是党组织的班子和上级看组织生活的地方。"))
    if not code and not paths:
        organisations = PartyOrganisation.objects.filter(pk__in=below(*led))
        return Scope(None, _("我负责的党组织"), organisations, _paths_of(organisations))
    places = Territory.objects.at(*LEVELS).defer("boundary")
    found: Territory | None = None
    if not code:
        found = places.filter(path__in=paths).order_by("path").first()
    elif code.isascii() and code.isdecimal():
        found = places.filter(code=code[:18]).first()
    if found is None or not any(str(found.path).startswith(path) for path in paths):
        raise Http404
    inside = PartyOrganisation.objects.filter(territory__path__startswith=str(found.path))
    return Scope(found, found.name, inside, [str(found.path)])


def _paths_of(organisations: "QuerySet[PartyOrganisation]") -> list[str]:
    return list(organisations.order_by().values_list("territory__path", flat=True).distinct())


class Completion:
    """The lines of a scope: three queries, however many organisations there are."""

    def __init__(self, user: User, scope: Scope, day: date) -> None:
        bindings = Bindings(scope.paths)
        years = years_of(scope.organisations.filter(is_active=True), day.year)
        self._part = part_of(user)
        self._own = paths_of(user, OFFICERS)
        self._superior = paths_of(user, SUPERIORS)
        self.lines: list[Line] = []
        self.totals = Totals()
        for one in stood(scope.organisations):
            tallies = tallies_of(one, years.get(one.pk), bindings, day)
            if tallies:
                self.lines.append(self._line(one, tallies, years.get(one.pk)))
                self.totals.add(tallies.values())

    @cached_property
    def _below(self) -> frozenset[int]:
        return below(*self._part.leads) if self._part is not None and self._part.leads else frozenset()

    def _line(self, one: Stood, tallies: Mapping[GatheringKind, Tally], year: Year | None) -> Line:
        """Meetings of a handful count in the rate for the organisation's officers only; lists are for them and those
        above."""
        leads = self._part is not None and one.pk in self._part.leads
        exact = leads or any(one.path.startswith(path) for path in self._own)
        opens = exact or any(one.path.startswith(path) for path in self._superior) or one.pk in self._below
        percent = None
        if year is not None and exact:
            percent = rate(year.present, year.expected)
        elif year is not None:
            percent = rate(year.present_in_groups, year.expected_in_groups)
        return Line(one, tallies, percent, opens)
