"""Today's way of one person: whom to visit, in which order, and what is done already."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from grids.members.models import PartyMember
from grids.pairing.domain import Point
from grids.pairing.models import Household, Pairing
from grids.roles.queries import paths_of
from grids.territory.models import Territory
from grids.visits.domain import MET, STOPS_MOST, Standing, Stop, walk
from grids.visits.models import CareDue, PlannedVisit, Visit
from grids.visits.policies import GRID_STAFF
from portal.accounts.models import User
from portal.deadlines.domain import TIME_ZONE


@dataclass(frozen=True, slots=True)
class Call:
    """A household on the way: why, and when somebody was met there last."""

    household: Household
    due: CareDue | None
    last_on: date | None
    is_planned: bool

    @property
    def label(self) -> str:
        return self.household.label


@dataclass(frozen=True, slots=True)
class Way:
    """Today: the doors in walking order, those that had no room, other doors one looks after, and what is done."""

    calls: list[Call]
    more: int
    others: list[Call]
    done: list[Visit]


def way_of(user: User, *, now: datetime | None = None) -> Way:
    """The way of today. Eight queries, whatever there is."""
    today = timezone.localdate(now)
    own = set(
        Pairing.objects.living().filter(lead__user=user, household__isnull=False).values_list("household_id", flat=True)
    )
    planned = dict(PlannedVisit.objects.filter(user=user, day=today).values_list("household_id", "wanted"))
    due = _due_for(user, own)
    done = _done_today(user, today)
    been = {visit.household_id for visit in done}
    keys = (set(due) | {key for key, wanted in planned.items() if wanted}) - been
    keys -= {key for key, wanted in planned.items() if not wanted}
    calls = _calls(keys | (own - been), set(planned))
    chosen = sorted((call for pk, call in calls.items() if pk in keys), key=_urgency)
    stops = [_stop(call) for call in chosen[:STOPS_MOST]]
    return Way(
        calls=[stop.what for stop in walk(stops, _start_of(user))],
        more=max(0, len(chosen) - STOPS_MOST),
        others=[stop.what for stop in walk(_stop(call) for pk, call in calls.items() if pk not in keys)],
        done=done,
    )


def _urgency(call: Call) -> tuple[bool, date]:
    """What was put on the way by hand first, then what is late the longest."""
    return (not call.is_planned, call.due.due_on if call.due is not None else date.max)


def _due_for(user: User, own: set[int]) -> list[int]:
    """Who is due: one's own households; for the grid's staff also those nobody looks after, or nobody went to."""
    here = Q(household__in=own)
    for path in paths_of(user, GRID_STAFF):
        untended = Q(household__is_paired=False) | Q(told__gte=2)
        here |= Q(building__path__startswith=path) & untended
    rows = CareDue.objects.exclude(standing=Standing.RESTED).filter(here)
    return list(rows.order_by("due_on", "pk").values_list("pk", flat=True)[: STOPS_MOST * 5])


def with_last_visit(rows: QuerySet[Household]) -> QuerySet[Household]:
    """Households with `last_met`: when somebody was met there last."""
    met = Visit.objects.standing().filter(household=OuterRef("pk"), kind__in=sorted(MET)).order_by("-visited_at")
    return rows.annotate(last_met=Subquery(met.values("visited_at")[:1]))


def _calls(keys: set[int], planned: set[int]) -> dict[int, Call]:
    rows = with_last_visit(Household.objects.filter(pk__in=keys)).select_related("due", "building__building")
    return {
        home.pk: Call(
            household=home,
            due=getattr(home, "due", None),
            last_on=timezone.localdate(home.last_met) if home.last_met else None,  # type: ignore[attr-defined]
            is_planned=home.pk in planned,
        )
        for home in rows.defer("building__boundary")
    }


def _done_today(user: User, today: date) -> list[Visit]:
    begins = datetime.combine(today, time(), tzinfo=TIME_ZONE)
    rows = Visit.objects.standing().filter(
        visitor=user, visited_at__gte=begins, visited_at__lt=begins + timedelta(days=1)
    )
    found = rows.select_related("household__building").defer("household__building__boundary")
    return list(found.order_by("-visited_at", "-pk"))


def _stop(call: Call) -> Stop[Call]:
    home = call.household
    return Stop(
        what=call,
        building=str(home.building.path),
        door=home.door,
        point=_point(home.building),
        is_late=call.due is not None and call.due.is_late,
    )


def _point(place: Territory) -> Point | None:
    building = getattr(place, "building", None)
    if building is None or building.longitude is None or building.latitude is None:
        return None
    return (building.longitude, building.latitude)


def _start_of(user: User) -> Point | None:
    """Where a member sets out: the building they have named as theirs."""
    member = PartyMember.objects.filter(user=user).select_related("near__building").defer("near__boundary").first()
    return _point(member.near) if member is not None and member.near is not None else None
