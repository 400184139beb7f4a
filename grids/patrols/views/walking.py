"""今天的巡查: points in order on a phone, one tap each."""

from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.incidents.views.access import member_of
from grids.incidents.views.report import Errand, report_page
from grids.patrols.domain import PLANNERS, READERS, WALKERS, Outcome, RunState
from grids.patrols.finding import place_of_point, report_at_point, with_findings
from grids.patrols.models import PatrolFinding, PatrolPoint, PatrolRun, PatrolTick
from grids.patrols.policies import may_walk
from grids.patrols.queries import todays_of
from grids.patrols.services import finish_run, take_back_tick, tick_point
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from portal.errors import DomainError


@dataclass(frozen=True)
class Stop:
    """A point on today's way."""

    point: PatrolPoint
    tick: PatrolTick | None
    found: list[PatrolFinding]
    # Whether the tick is the reader's own and can still be taken back.
    takes_back: bool


@dataclass(frozen=True)
class Walk:
    """One of today's patrols."""

    run: PatrolRun
    stops: list[Stop]

    @property
    def left(self) -> int:
        """How many points are to be seen yet."""
        return sum(1 for stop in self.stops if stop.tick is None)

    @property
    def is_open(self) -> bool:
        """Whether points can still be ticked."""
        return self.run.state == RunState.OPEN

    @property
    def next_stop(self) -> PatrolPoint | None:
        """The first point that is left."""
        return next((stop.point for stop in self.stops if stop.tick is None), None)


@login_required
@never_cache
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What this person walks today."""
    member = member_of(request)
    if not holds_anywhere(member, WALKERS | READERS):
        raise PermissionDenied(_("这里给负责巡查的人。您现在没有要走的路线。"))
    return _page(request, member)


def _page(request: HttpRequest, member: User, problem: DomainError | None = None) -> HttpResponse:
    day = timezone.localdate()
    walks = [_walk(run, member) for run in with_findings(todays_of(member, day), member)]
    context = {
        "day": day,
        "walks": walks,
        "problem": problem,
        "plans": holds_anywhere(member, PLANNERS),
    }
    return render(request, "grids/patrols/today.html", context, status=problem.status if problem else 200)


def _walk(run: PatrolRun, member: User) -> Walk:
    ticks = {tick.point_id: tick for tick in run.ticks.all()}
    found: dict[int | None, list[PatrolFinding]] = {}
    for one in run.findings.all():
        found.setdefault(one.point_id, []).append(one)

    def stop(point: PatrolPoint) -> Stop:
        tick = ticks.get(point.pk)
        own = tick is not None and tick.by_id == member.pk and run.state == RunState.OPEN
        return Stop(point, tick, found.get(point.pk, []), own)

    return Walk(run, [stop(point) for point in run.route.points.all()])


def _runs() -> QuerySet[PatrolRun]:
    return PatrolRun.objects.select_related("route", "place")


def _own_run(member: User, pk: int) -> PatrolRun:
    run = get_object_or_404(_runs(), pk=pk)
    if not may_walk(member, run):
        raise Http404
    return run


def _own_point(member: User, pk: int, point: int) -> tuple[PatrolRun, PatrolPoint]:
    run = _own_run(member, pk)
    points = PatrolPoint.objects.select_related("building").defer("building__boundary")
    return run, get_object_or_404(points, pk=point, route=run.route_id)


def _at(run: PatrolRun) -> str:
    """Where on the page of today a patrol stands."""
    return f"{reverse('patrol_today')}#run-{run.pk}"


@login_required
@require_POST
def tick(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Seen, or passed over with a reason."""
    member = member_of(request)
    run, found = _own_point(member, pk, point)
    skips = "skip" in request.POST
    try:
        tick_point(
            actor=member,
            run=run,
            point=found,
            outcome=Outcome.SKIPPED if skips else Outcome.SEEN,
            reason=request.POST.get("reason", ""),
        )
    except DomainError as error:
        return _page(request, member, error)
    return redirect(_at(run))


@login_required
@require_POST
def take_back(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Ticked by mistake."""
    member = member_of(request)
    run, found = _own_point(member, pk, point)
    try:
        take_back_tick(actor=member, run=run, point=found)
    except DomainError as error:
        return _page(request, member, error)
    return redirect(_at(run))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Something is wrong at a point: the page of reporting, with its place filled in."""
    member = member_of(request)
    run, found = _own_point(member, pk, point)
    errand = Errand(
        place=str(place_of_point(run, found).code),
        spot=found.spot,
        collect=partial(report_at_point, run=run, stop=found),
        join=partial(report_at_point, run=run, stop=found),
        occasion=f"{run.route.name} · {found.words}",
        back=_at(run),
    )
    return report_page(request, member, errand)


@login_required
@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """That is all for today."""
    member = member_of(request)
    try:
        finish_run(actor=member, run=_own_run(member, pk))
    except DomainError as error:
        return _page(request, member, error)
    messages.success(request, _("记下了，辛苦了。"))
    return redirect("patrol_today")
