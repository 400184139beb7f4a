"""Planning routes, opening each day's patrols, ticking points, and what becomes of a patrol."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.patrols.domain import MOST_POINTS, Outcome, Rhythm, RunState, is_due, result_of, spread
from grids.patrols.events import PatrolFinished, PatrolMissed, RoutePlanned, RouteRetired, TickTakenBack
from grids.patrols.models import PatrolPoint, PatrolRoute, PatrolRun, PatrolTick
from grids.patrols.policies import require_plan, require_walk
from grids.patrols.queries import stand_in, walkers_of
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.cleaning import clean_text
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record


@dataclass(frozen=True)
class PointGiven:
    """A point as it is planned: the key of one that is there, or a new one."""

    building: Territory | None = None
    spot: str = ""
    look_at: str = ""
    pk: int | None = None


@transaction.atomic
def plan_route(
    *,
    actor: User,
    name: str,
    place: Territory,
    assigned_to: User,
    rhythm: str,
    points: Sequence[PointGiven],
    weekdays: Sequence[int] = (),
    number: int = 1,
    starts_on: date | None = None,
    route: PatrolRoute | None = None,
    at: datetime | None = None,
) -> PatrolRoute:
    """A route of a grid or community, new or changed. `number` is how many times a week, or every how many days.

    Raises `Invalid` with the field, `NotAllowed`.
    """
    now = at or timezone.now()
    require_plan(actor, place)
    if route is not None:
        require_plan(actor, route.place)
    if place.level not in (Level.GRID, Level.COMMUNITY):
        raise Invalid(_("请选网格或社区。"), field="place")
    name = clean_text(name)[:40]
    if not name:
        raise Invalid(_("请给路线起个名字。"), code="required", field="name")
    if not walkers_of(place).filter(pk=assigned_to.pk).exists():
        raise Invalid(_("请选在这里任职的人。"), code="wrong_person", field="assigned_to")
    is_new = route is None
    route = route or PatrolRoute(planned_by=actor)
    route.name, route.place, route.assigned_to, route.rhythm = name, place, assigned_to, rhythm
    route.weekdays, route.every = _rhythm(rhythm, weekdays, number)
    route.starts_on = starts_on or (timezone.localdate(now) if is_new else route.starts_on)
    route.save()
    _keep_points(route, points)
    today = timezone.localdate(now)
    if not _open(route, today):
        walker = stand_in(assigned_to, place, today)
        PatrolRun.objects.filter(route=route, day=today, state=RunState.OPEN).update(walker=walker, place=place)
    event = RoutePlanned(route_id=route.pk, assigned_to_id=assigned_to.pk, is_new=is_new)
    record(event, subject=route, actor=actor, at=now)
    return route


def _rhythm(rhythm: str, weekdays: Sequence[int], number: int) -> tuple[list[int], int]:
    if rhythm == Rhythm.EVERY:
        if not 1 <= number <= 60:
            raise Invalid(_("请填 1 到 60 天。"), field="number")
        return [], number
    if rhythm == Rhythm.TIMES:
        if not 1 <= number <= 7:
            raise Invalid(_("一周请填 1 到 7 次。"), field="number")
        return spread(number), 1
    days = sorted(set(weekdays))
    if rhythm != Rhythm.WEEKDAYS or not days or not set(days) <= set(range(1, 8)):
        raise Invalid(_("请选周几走，至少一天。"), code="required", field="weekdays")
    return days, 1


def _keep_points(route: PatrolRoute, points: Sequence[PointGiven]) -> None:
    """Those given, in their order; others are taken off, and stay only in the patrols in which they were ticked."""
    cleaned = [(one, clean_text(one.spot)[:60], clean_text(one.look_at)[:80]) for one in points]
    cleaned = [each for each in cleaned if each[0].building is not None or each[1]]
    if not cleaned:
        raise Invalid(_("请写至少一个点位。"), code="required", field="points")
    if len(cleaned) > MOST_POINTS:
        raise Invalid(_("一条路线最多 {most} 个点位。").format(most=MOST_POINTS), field="points")
    wrong = [each for each in cleaned if each[0].building and not each[0].building.path.startswith(route.place.path)]
    if wrong:
        raise Invalid(_("请选这里的楼栋。"), code="wrong_place", field="points")
    there = {point.pk: point for point in route.points.all()}
    route.points.update(is_active=False)
    for position, (one, spot, look_at) in enumerate(cleaned, start=1):
        point = there.get(one.pk or 0) or PatrolPoint(route=route)
        point.position, point.building, point.spot, point.look_at = position, one.building, spot, look_at
        point.is_active = True
        point.save()


@transaction.atomic
def retire_route(*, actor: User, route: PatrolRoute, at: datetime | None = None) -> PatrolRoute:
    """It is not walked any more; former patrols stay. Raises `NotAllowed`."""
    require_plan(actor, route.place)
    if route.is_active:
        route.is_active = False
        route.save(update_fields=["is_active"])
        record(RouteRetired(route_id=route.pk), subject=route, actor=actor, at=at)
    return route


def open_runs(*, day: date) -> int:
    """Opens the patrols due on the day that are not open yet; returns how many. May run at any time and at once."""
    opened = PatrolRun.objects.filter(route=OuterRef("pk"), day=day)
    routes = PatrolRoute.objects.filter(~Exists(opened), is_active=True, starts_on__lte=day)
    routes = routes.filter(Q(rhythm=Rhythm.EVERY) | Q(weekdays__contains=[day.isoweekday()]))
    return sum(_open(route, day) for route in routes.select_related("place", "assigned_to").order_by("pk"))


def _open(route: PatrolRoute, day: date) -> bool:
    given: dict[str, Any] = {"weekdays": route.weekdays, "every": route.every, "starts_on": route.starts_on}
    if not is_due(route.rhythm, day, **given):
        return False
    walker = stand_in(route.assigned_to, route.place, day)
    try:
        with transaction.atomic():
            PatrolRun.objects.create(route=route, day=day, place=route.place, walker=walker)
    except IntegrityError:
        return False  # Another has just opened it.
    return True


def locked(run: PatrolRun) -> PatrolRun:
    """The patrol as it is now, held until the transaction ends."""
    rows = PatrolRun.objects.select_related("route", "place").select_for_update(of=("self",))
    return rows.get(pk=run.pk)


@transaction.atomic
def tick_point(
    *,
    actor: User,
    run: PatrolRun,
    point: PatrolPoint,
    outcome: str = Outcome.SEEN,
    reason: str = "",
    at: datetime | None = None,
) -> PatrolTick:
    """The point was seen, or could not be for a reason. A second tick, whoever makes it, is the first one.

    With the last point the patrol is over. Raises `Invalid` (field "reason"), `NotAllowed`, `Conflict` when the day or
    the patrol is over.
    """
    now = at or timezone.now()
    run = locked(run)
    require_walk(actor, run)
    _require_open(run, now)
    if point.route_id != run.route_id or not point.is_active:
        raise Conflict(_("这个点位已经不在路线上了。"), code="not_on_route")
    reason = clean_text(reason)[:120] if outcome == Outcome.SKIPPED else ""
    if outcome == Outcome.SKIPPED and not reason:
        raise Invalid(_("请写一句为什么没看成。"), code="required", field="reason")
    tick = _tick(run, point, outcome=outcome, reason=reason, by=actor, at=now)
    points, seen, skipped = _ticked(run)
    if points <= seen | skipped:
        _close(run, actor=actor, at=now)
    return tick


def _tick(run: PatrolRun, point: PatrolPoint, **given: Any) -> PatrolTick:
    try:
        with transaction.atomic():
            return PatrolTick.objects.create(run=run, point=point, **given)
    except IntegrityError:
        return PatrolTick.objects.get(run=run, point=point)


@transaction.atomic
def take_back_tick(*, actor: User, run: PatrolRun, point: PatrolPoint, at: datetime | None = None) -> PatrolRun:
    """The point was ticked by mistake and is to be seen yet. For whoever ticked it, until the patrol is over.

    Finishing holds the patrol as well, so a patrol is reckoned with the tick or without it, never in between. Raises
    `NotAllowed`, `Conflict` when the day or the patrol is over or nothing is ticked.
    """
    now = at or timezone.now()
    run = locked(run)
    require_walk(actor, run)
    _require_open(run, now)
    tick = PatrolTick.objects.filter(run=run, point=point).first()
    if tick is None:
        raise Conflict(_("这个点还没打，不用收回。"), code="not_ticked")
    if tick.by_id != actor.pk:
        raise NotAllowed(_("这个点是别的同志打的，请他自己收回。"))
    tick.delete()
    record(TickTakenBack(run_id=run.pk, point_id=point.pk), subject=run, actor=actor, at=now)
    return run


@transaction.atomic
def finish_run(*, actor: User, run: PatrolRun, at: datetime | None = None) -> PatrolRun:
    """That is all for today, though points are left. Raises `NotAllowed`, `Conflict` where none was ticked."""
    now = at or timezone.now()
    run = locked(run)
    require_walk(actor, run)
    _require_open(run, now)
    _points, seen, skipped = _ticked(run)
    if not seen | skipped:
        raise Conflict(_("一个点都还没打。没去成的话，请在点位上写原因。"), code="nothing_ticked")
    _close(run, actor=actor, at=now)
    return run


def _require_open(run: PatrolRun, now: datetime) -> None:
    if run.state != RunState.OPEN or run.day != timezone.localdate(now):
        raise Conflict(_("这次巡查已经结束了。"), code="run_over")


def _ticked(run: PatrolRun) -> tuple[set[int], set[int], set[int]]:
    """Keys of the points there are now, of those seen, and of those passed over."""
    points = set(PatrolPoint.objects.filter(route=run.route_id, is_active=True).values_list("pk", flat=True))
    ticks = dict(PatrolTick.objects.filter(run=run).values_list("point", "outcome"))
    seen = {pk for pk, outcome in ticks.items() if outcome == Outcome.SEEN}
    return points, seen, set(ticks) - seen


def _close(run: PatrolRun, *, actor: User | None, at: datetime) -> None:
    run.state = result_of(*_ticked(run))
    run.finished_at = at if run.state != RunState.MISSED else None
    run.save(update_fields=["state", "finished_at"])
    if run.state == RunState.MISSED:
        before = PatrolRun.objects.filter(route=run.route_id, day__lt=run.day).order_by("-day").first()
        again = before is not None and before.state == RunState.MISSED
        record(PatrolMissed(run_id=run.pk, again=again), subject=run, actor=None, at=at)
    else:
        record(PatrolFinished(run_id=run.pk, state=run.state), subject=run, actor=actor, at=at)


def settle_past_runs(*, now: datetime | None = None) -> int:
    """What was not finished by the end of its day is over: walked in part, or missed. Returns how many; repeatable."""
    at = now or timezone.now()
    past = PatrolRun.objects.filter(state=RunState.OPEN, day__lt=timezone.localdate(at)).order_by("day", "pk")
    settled = 0
    for run in list(past[:1000]):
        with transaction.atomic():
            held = locked(run)
            if held.state == RunState.OPEN:
                _close(held, actor=None, at=at)
                settled += 1
    return settled
