"""How patrols are kept: numbers of a place, the patrols behind each number, and one route."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grids.incidents.queries import this_month
from grids.incidents.views.access import member_of
from grids.patrols.domain import PLANNERS, READERS, RunState
from grids.patrols.finding import with_findings
from grids.patrols.forms import rhythm_words
from grids.patrols.models import PatrolPoint, PatrolRoute, PatrolRun, PatrolTick
from grids.patrols.policies import may_plan, may_read, sees_route
from grids.patrols.queries import kept, kept_by_place
from grids.roles.queries import held_by
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.keyset import Key, keyset_page, read_id

PAGE_SIZE = 20
MOST_ROUTES = 60
KEYS = (Key("day", date.fromisoformat, date.isoformat), Key("id", read_id))


def place_read(request: HttpRequest, member: User) -> Territory:
    """The place a page is about: named in the address, else the one worked in. Raises PermissionDenied, Http404."""
    near = [held for held in held_by(member) if held.role in READERS]
    if not near:
        raise PermissionDenied(_("这里给负责网格的工作人员。您现在没有负责的地方。"))
    places = Territory.objects.defer("boundary")
    code = request.GET.get("place", "")
    if code.isascii() and code.isdecimal():
        named: Territory = get_object_or_404(places, code=code)
        if not may_read(member, named):
            raise Http404
        return named
    found: Territory = places.get(pk=max(near, key=lambda held: held.level).territory_id)
    return found


@login_required
@require_safe
def patrols(request: HttpRequest) -> HttpResponse:
    """This month of a place and of each grid in it, with its routes."""
    member = member_of(request)
    place = place_read(request, member)
    month = this_month(timezone.localdate())
    numbers = kept_by_place(place, month)
    routes = PatrolRoute.objects.filter(place__path__startswith=str(place.path), is_active=True)
    ranked = routes.select_related("place", "assigned_to").order_by("place__path", "id")
    places = Territory.objects.filter(pk__in=numbers).defer("boundary").order_by("path")[:200]
    context = {
        "place": place,
        "month": month,
        "total": kept(place, month),
        "rows": [(each, numbers[each.pk]) for each in places] if place.level < Level.GRID else [],
        "routes": [(each, rhythm_words(each)) for each in ranked[:MOST_ROUTES]],
        "may_plan": place.level >= Level.COMMUNITY and may_plan(member, place),
        "plans": any(held.role in PLANNERS for held in held_by(member)),
    }
    return render(request, "grids/patrols/patrols.html", context)


@login_required
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    """The patrols behind a number, the newest first."""
    member = member_of(request)
    place = place_read(request, member)
    state = request.GET.get("state", "")
    state = state if state in RunState.values else ""
    month = this_month(timezone.localdate())
    found = PatrolRun.objects.filter(place__path__startswith=str(place.path), day__gte=month.since)
    if state:
        found = found.filter(state=state)
    page = keyset_page(
        request, found.select_related("route", "place", "walker"), keys=KEYS, size=PAGE_SIZE, descending=True
    )
    context: dict[str, Any] = {"page": page, "place": place, "state": state, "states": RunState.choices}
    return render(request, "grids/patrols/runs.html", context)


@login_required
@require_safe
def route(request: HttpRequest, pk: int) -> HttpResponse:
    """One route: its points, who walks it, its last patrols with what was ticked."""
    member = member_of(request)
    found = get_object_or_404(PatrolRoute.objects.select_related("place", "assigned_to"), pk=pk)
    if not sees_route(member, found):
        raise Http404
    points = PatrolPoint.objects.filter(route=found, is_active=True).select_related("building")
    last = PatrolRun.objects.filter(route=found).select_related("walker")
    ticks = Prefetch("ticks", PatrolTick.objects.select_related("by", "point__building"))
    last = with_findings(last, member).prefetch_related(ticks).order_by("-day")[:10]
    context = {
        "route": found,
        "points": list(points),
        "rhythm_words": rhythm_words(found),
        "runs": list(last),
        "may_plan": may_plan(member, found.place),
    }
    return render(request, "grids/patrols/route.html", context)
