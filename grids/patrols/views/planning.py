"""Planning routes: one page, nothing needed but a form."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from grids.incidents.views.access import member_of, sent
from grids.patrols.domain import PLANNERS
from grids.patrols.forms import RouteForm, point_forms, points_given
from grids.patrols.models import PatrolRoute
from grids.patrols.policies import may_plan, sees_route
from grids.patrols.services import plan_route, retire_route
from grids.roles.queries import held_by
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import DomainError
from portal.taking import add_domain_error


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new route of the grid or community in the address, else of where one works."""
    member = member_of(request)
    return _plan(request, member, _place(request, member), None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A route that is there."""
    member = member_of(request)
    route = _route(member, pk)
    return _plan(request, member, route.place, route)


@login_required
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """It is not walked any more."""
    member = member_of(request)
    retire_route(actor=member, route=_route(member, pk))
    messages.success(request, _("停了，从明天起不用走。"))
    return redirect("patrols")


def _route(member: User, pk: int) -> PatrolRoute:
    route = get_object_or_404(PatrolRoute.objects.select_related("place", "assigned_to"), pk=pk)
    if not sees_route(member, route):
        raise Http404
    if not may_plan(member, route.place):
        raise PermissionDenied(_("巡查由网格长和社区工作者来排。"))
    return route


def _place(request: HttpRequest, member: User) -> Territory:
    near = [held for held in held_by(member) if held.role in PLANNERS]
    if not near:
        raise PermissionDenied(_("巡查由网格长和社区工作者来排。"))
    places = Territory.objects.at(Level.COMMUNITY, Level.GRID).defer("boundary")
    code = request.GET.get("place", "")
    if code.isascii() and code.isdecimal():
        named: Territory = get_object_or_404(places, code=code)
        if not may_plan(member, named):
            raise Http404
        return named
    found: Territory = get_object_or_404(places, pk=max(near, key=lambda held: held.level).territory_id)
    return found


def _plan(request: HttpRequest, member: User, place: Territory, route: PatrolRoute | None) -> HttpResponse:
    data = sent(request)
    if data is not None and "more" in data:
        form = RouteForm(None, place=place, route=route, typed=data)
        rows = point_forms(None, place=place, route=route, typed=data)
    else:
        form = RouteForm(data, place=place, route=route)
        rows = point_forms(data, place=place, route=route)
    if form.is_bound and form.is_valid() and all(row.is_valid() for row in rows):
        try:
            saved = plan_route(actor=member, place=place, route=route, points=points_given(rows), **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("排好了。"))
            return redirect(saved)
    context = {"form": form, "rows": rows, "place": place, "route": route}
    return render(request, "grids/patrols/plan.html", context, status=400 if form.errors else 200)
