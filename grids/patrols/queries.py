"""Patrols read: whose are today's, and how a place keeps them, in numbers that are kept and never counted on a request.

For pages of other features: `kept(place, span)` gives the `Kept` of a place with everything below it, and
`kept_by_place(place, span)` that of each grid and community below, by the key of the territory; one statement each,
and `NUMBERS` as SQL. `Span` is that of `grids.incidents.queries` (`this_month`, `last_days`). `Kept.due` is all that
were to be walked, open ones among them; the lists behind the numbers are `patrol_runs`
(`?place=<code>&state=done|partly|missed`).
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet, Sum

from grids.incidents.queries import Span
from grids.patrols.domain import WALKERS
from grids.patrols.models import PatrolDay, PatrolPoint, PatrolRun
from grids.roles.models import Appointment, DutyCover
from grids.roles.queries import held_by
from grids.territory.models import Territory
from portal.accounts.models import User

# The same by path for a page that asks of several features at once: days from %(month)s to %(today)s.
NUMBERS = """
SELECT t.path, sum(d.due), sum(d.done), sum(d.partly), sum(d.missed)
FROM grids_territory t JOIN grids_patrolday d ON d.territory_id = t.id
WHERE t.path LIKE %(under)s AND t.level <= %(level)s AND d.day >= %(month)s AND d.day <= %(today)s
GROUP BY t.path
"""


@dataclass(frozen=True)
class Kept:
    """How many patrols were due, and what became of them."""

    due: int = 0
    done: int = 0
    partly: int = 0
    missed: int = 0

    @property
    def percent(self) -> int | None:
        """Of those that are over, how many were walked to the end; None where none is over yet."""
        over = self.done + self.partly + self.missed
        return round(100 * self.done / over) if over else None


_SUMS = {f"sum_{name}": Sum(name) for name in ("due", "done", "partly", "missed")}


def _days(place: Territory, span: Span) -> QuerySet[PatrolDay]:
    below = str(place.path)
    return PatrolDay.objects.filter(territory__path__startswith=below, day__gte=span.since, day__lte=span.until)


def kept(place: Territory, span: Span) -> Kept:
    """The place with everything below it."""
    row = _days(place, span).aggregate(**_SUMS)
    return Kept(*(row[name] or 0 for name in _SUMS))


def kept_by_place(place: Territory, span: Span) -> dict[int, Kept]:
    """Each grid and community below, by the key of the territory."""
    rows: list[tuple[int, ...]] = list(_days(place, span).values_list("territory_id").annotate(**_SUMS))
    return {pk: Kept(*(number or 0 for number in numbers)) for pk, *numbers in rows}


def walkers_of(place: Territory) -> QuerySet[User]:
    """Everybody with an office in the place, or in a building of it, who may be sent round."""
    offices = Appointment.objects.in_force().filter(
        Q(territory__path__startswith=str(place.path)) | Q(territory=place), role__in=list(WALKERS)
    )
    people: QuerySet[User] = User.objects.filter(pk__in=offices.values("user"), is_active=True)
    return people.order_by("legal_name", "pk")


def walks_there(user: User, place: Territory) -> bool:
    """Whether this person holds an office in the place, above it, or in a building of it."""
    here = str(place.path)
    return any(held.role in WALKERS and (held.covers(here) or held.path.startswith(here)) for held in held_by(user))


def stand_in(user: User, place: Territory, day: date) -> User | None:
    """Who walks in the user's stead on the day: they, whoever covers their office there, or nobody."""
    away = DutyCover.objects.in_force(day).filter(
        appointment__user=user, appointment__territory__path__startswith=str(place.path)
    )
    duty = away.select_related("cover").order_by("pk").first()
    if duty is None:
        return user
    return duty.cover if duty.cover is not None and duty.cover.is_active else None


def with_points(runs: QuerySet[PatrolRun]) -> QuerySet[PatrolRun]:
    """With all that the page of a patrol shows: two queries more."""
    points = PatrolPoint.objects.filter(is_active=True).select_related("building")
    return runs.select_related("route__assigned_to", "place", "walker").prefetch_related(
        Prefetch("route__points", points), "ticks__by"
    )


def todays_of(user: User, day: date) -> QuerySet[PatrolRun]:
    """Patrols this person walks on the day, and those of their places that nobody walks."""
    places = [held.territory_id for held in held_by(user) if held.role in WALKERS]
    mine = PatrolRun.objects.filter(Q(walker=user) | Q(walker=None, place__in=places), day=day)
    return with_points(mine).order_by("id")
