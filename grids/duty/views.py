"""Pages of the duty board (值班表)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.duty.domain import days_from, spans_of
from grids.duty.forms import CoverForm, LeaveForm
from grids.duty.policies import may_arrange, may_read_board, may_take_leave
from grids.duty.queries import board_of, duties_of
from grids.duty.services import arrange_leave, end_leave, name_cover
from grids.roles.domain import COVERED_ROLES
from grids.roles.models import DutyCover
from grids.roles.queries import held_by
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import DomainError
from portal.taking import add_domain_error


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _community(request: HttpRequest, code: str) -> Territory:
    """The community whose board this is; it does not exist for who may not read it."""
    found: Territory = get_object_or_404(Territory.objects.defer("boundary"), code=code, level=Level.COMMUNITY)
    if not may_read_board(_person(request), found):
        raise Http404
    return found


@login_required
@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    """Two weeks of every grid: who is there, who stands in, where nobody is."""
    community = _community(request, code)
    days = days_from(timezone.localdate())
    person = _person(request)
    rows = [(row, spans_of(row.cells)) for row in board_of(community, days)]
    arranges = may_arrange(person, community)
    context = {
        "community": community,
        "days": days,
        "rows": rows,
        "short": sum(1 for row, _spans in rows if row.gaps),
        "duties": [(duty, arranges or may_take_leave(person, duty.appointment)) for duty in duties_of(community, days)],
        "arranges": arranges,
        "may_add": arranges or _serves(person, community),
    }
    return render(request, "grids/duty/board.html", context)


def _serves(person: User, community: Territory) -> bool:
    return any(held.role in COVERED_ROLES and held.path.startswith(str(community.path)) for held in held_by(person))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """登记请假, with who stands in where that is known."""
    community = _community(request, code)
    person = _person(request)
    if not (may_arrange(person, community) or _serves(person, community)):
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = LeaveForm(data, community=community, actor=person, today=timezone.localdate())
    if data is not None and form.is_valid():
        try:
            arrange_leave(actor=person, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("记下了。"))
            return redirect("duty", code=code)
    context = {"form": form, "community": community}
    return render(request, "grids/duty/leave.html", context, status=400 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cover(request: HttpRequest, pk: int) -> HttpResponse:
    """请谁代班."""
    duty, community = _duty(request, pk)
    person = _person(request)
    if not may_arrange(person, community):
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = CoverForm(data, community=community, but=[person.pk, duty.appointment.user_id])
    if data is not None and form.is_valid():
        try:
            name_cover(actor=person, duty=duty, cover=form.cleaned_data["cover"])
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("安排好了，已经告诉他。"))
            return redirect("duty", code=community.code)
    context = {"form": form, "community": community, "duty": duty}
    return render(request, "grids/duty/cover.html", context, status=400 if form.errors else 200)


@login_required
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """提前回来了."""
    duty, community = _duty(request, pk)
    end_leave(actor=_person(request), duty=duty)
    messages.success(request, _("好的，从今天起自己来。"))
    return redirect("duty", code=community.code)


def _duty(request: HttpRequest, pk: int) -> tuple[DutyCover, Territory]:
    rows = DutyCover.objects.select_related("cover", "appointment__user", "appointment__territory")
    duty = get_object_or_404(rows.defer("appointment__territory__boundary"), pk=pk)
    return duty, _community(request, str(duty.appointment.territory.code)[:12])
