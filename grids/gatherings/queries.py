"""What organisations have held of what is required of them: read from rows, in a fixed number of queries.

For other pages (a secretary's overview): `gatherings_by_community(place)` gives `Totals` (required, done, owed,
overdue) for the running periods of each community at or below a place, by the community's path, in three queries
however many organisations there are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone

from grids.cells.models import PartyOrganisation
from grids.gatherings.domain import SMALL_GROUP, GatheringKind, Tally, tally
from grids.gatherings.limits import Bindings
from grids.gatherings.models import Gathering
from grids.territory.domain import STEP, Level
from grids.territory.models import Territory


@dataclass(frozen=True, slots=True)
class Stood:
    """An organisation as far as its requirements go. `path` is its place's."""

    pk: int
    name: str
    rank: int
    path: str
    founded_on: date | None
    dissolved_on: date | None


@dataclass(slots=True)
class Totals:
    """Gatherings of several organisations in the running periods, and what is missing of the year's earlier ones."""

    required: int = 0
    done: int = 0
    overdue: int = 0
    organisations: int = 0

    @property
    def owed(self) -> int:
        """What is still to be held."""
        return self.required - self.done

    def add(self, tallies: Iterable[Tally]) -> None:
        """One more organisation."""
        found = list(tallies)
        self.organisations += bool(found)
        for one in found:
            self.required += one.required
            self.done += one.done
            self.overdue += one.overdue


@dataclass(slots=True)
class Year:
    """What one organisation held in a year: by kind and month; how many came, to all and to those of some size."""

    held: dict[str, dict[int, int]] = field(default_factory=dict)
    expected: int = 0
    present: int = 0
    expected_in_groups: int = 0
    present_in_groups: int = 0


def stood(organisations: "QuerySet[PartyOrganisation]") -> list[Stood]:
    """The active ones among them; one query."""
    rows = organisations.filter(is_active=True).order_by("territory__path", "rank", "pk")
    values = rows.values_list("pk", "name", "rank", "territory__path", "founded_on", "dissolved_on")
    return [Stood(*each) for each in values]


def years_of(organisations: "QuerySet[PartyOrganisation] | list[int]", year: int) -> dict[int, Year]:
    """What was held in the year, by organisation; one query over the rows of these organisations alone."""
    rows = Gathering.objects.held().filter(
        organisation__in=organisations, held_on__gte=date(year, 1, 1), held_on__lt=date(year + 1, 1, 1)
    )
    by_month = rows.order_by().annotate(month=ExtractMonth("held_on")).values_list("organisation_id", "kind", "month")
    found: dict[int, Year] = {}
    big = Q(expected__gte=SMALL_GROUP)
    sums = by_month.annotate(
        n=Count("pk"),
        e=Sum("expected"),
        p=Sum("present"),
        big_e=Sum("expected", filter=big, default=0),
        big_p=Sum("present", filter=big, default=0),
    )
    for pk, kind, month, held, expected, present, big_expected, big_present in sums:
        one = found.setdefault(pk, Year())
        one.held.setdefault(kind, {})[month] = held
        one.expected += expected
        one.present += present
        one.expected_in_groups += big_expected
        one.present_in_groups += big_present
    return found


def tallies_of(one: Stood, year: Year | None, bindings: Bindings, day: date) -> dict[GatheringKind, Tally]:
    """What is required of an organisation, by kind; empty for who is bound to nothing."""
    held: Mapping[str, dict[int, int]] = year.held if year is not None else {}
    return {
        kind: tally(rhythm, held.get(kind, {}), day, one.founded_on, one.dissolved_on)
        for kind, rhythm in bindings.at(one.path).of(one.rank).items()
    }


def gatherings_by_community(place: Territory, *, day: date | None = None) -> dict[str, Totals]:
    """Totals by the path of each community that has an organisation bound to something; an organisation of a wider
    place stands under that place's path."""
    today = day or timezone.localdate()
    here = PartyOrganisation.objects.filter(territory__path__startswith=str(place.path))
    bindings, years = Bindings([str(place.path)]), years_of(here.filter(is_active=True), today.year)
    found: dict[str, Totals] = {}
    for one in stood(here):
        tallies = tallies_of(one, years.get(one.pk), bindings, today)
        if tallies:
            found.setdefault(one.path[: STEP * Level.COMMUNITY], Totals()).add(tallies.values())
    return found
