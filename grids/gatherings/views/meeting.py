"""One gathering: the plan, its changes, leave."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.gatherings import services
from grids.gatherings.calendar_file import calendar_response
from grids.gatherings.domain import GatheringState, Standing
from grids.gatherings.forms import FIELD_OF, CancelForm, LeaveForm, PlanForm
from grids.gatherings.models import Attendance, Gathering
from grids.gatherings.policies import may_organise, may_read_minutes, part_of
from grids.gatherings.services.ending import end_of
from grids.gatherings.views.access import gathering_or_404, organisation_or_404, organised_or_403, person_of
from portal.taking import take


@login_required
@require_safe
def gathering(request: HttpRequest, pk: int) -> HttpResponse:
    """When, where, what about; what the person can do next."""
    return page(request, gathering_or_404(person_of(request), pk), LeaveForm())


def page(request: HttpRequest, found: Gathering, form: LeaveForm, *, status: int = 200) -> HttpResponse:
    """The page of one gathering, with the form for leave as it was sent."""
    user = person_of(request)
    part = part_of(user)
    mine = Attendance.objects.filter(gathering=found, user=user).first()
    arranges = may_organise(user, found.organisation)
    standing = mine.standing if mine is not None else ""
    invited = part is not None and part.is_invited(found)
    context: dict[str, Any] = {
        "gathering": found,
        "mine": mine,
        "invited": invited,
        "arranges": arranges,
        "ends_by_itself": end_of(found) if arranges else None,
        "reads_minutes": found.state == GatheringState.CLOSED and may_read_minutes(user, found),
        "may_ask": invited
        and found.state in (GatheringState.PLANNED, GatheringState.OPEN)
        and standing not in (Standing.PRESENT, Standing.ON_LEAVE),
        "may_check_in": invited and found.takes_codes and standing != Standing.PRESENT,
        "form": form,
    }
    return render(request, "grids/gatherings/gathering.html", context, status=status)


@login_required
@require_safe
def gathering_file(request: HttpRequest, pk: int) -> HttpResponse:
    """This one for one's own calendar."""
    return calendar_response([gathering_or_404(person_of(request), pk)], name=f"meeting-{pk}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """安排一次: which kind, when, where, for whom."""
    user = person_of(request)
    organisation = organisation_or_404(user, pk)
    if not may_organise(user, organisation):
        raise PermissionDenied(_("只有这个党组织的班子和社区工作人员可以安排。"))
    form = PlanForm(request.POST or None, organisation=organisation)
    planned: list[Gathering] = []
    status = take(
        request,
        form,
        lambda: planned.append(services.plan_gathering(actor=user, organisation=organisation, **form.given)),
        FIELD_OF,
    )
    if status is None:
        messages.success(request, _("安排好了，已经告诉请参加的同志。"))
        return redirect(planned[0])
    context = {"form": form, "organisation": organisation, "gathering": None}
    return render(request, "grids/gatherings/plan.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """改安排: until check-in begins."""
    user = person_of(request)
    found = organised_or_403(user, pk)
    form = PlanForm(request.POST or None, organisation=found.organisation, gathering=found)
    status = take(request, form, lambda: services.change_gathering(actor=user, gathering=found, **form.given), FIELD_OF)
    if status is None:
        messages.success(request, _("改好了。时间地点变了的，已经告诉请参加的同志。"))
        return redirect(found)
    context = {"form": form, "organisation": found.organisation, "gathering": found}
    return render(request, "grids/gatherings/plan.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """取消: with a reason that everybody who was invited reads."""
    user = person_of(request)
    found = organised_or_403(user, pk)
    form = CancelForm(request.POST or None)
    status = take(
        request,
        form,
        lambda: services.cancel_gathering(actor=user, gathering=found, reason=form.cleaned_data["reason"]),
    )
    if status is None:
        messages.success(request, _("取消了，已经告诉请参加的同志。"))
        return redirect(found)
    return render(request, "grids/gatherings/cancel.html", {"form": form, "gathering": found}, status=status)


@login_required
@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """请假, with a reason."""
    user = person_of(request)
    found = gathering_or_404(user, pk)
    form = LeaveForm(request.POST)
    status = take(
        request, form, lambda: services.ask_leave(actor=user, gathering=found, reason=form.cleaned_data["reason"])
    )
    if status is None:
        messages.success(request, _("请假收到了，请等答复。没有答复的，按准假算。"))
        return redirect(found)
    return page(request, found, form, status=status)
