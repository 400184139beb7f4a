"""Check-in: the code on the screen, the member who enters it, the roll."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grids.gatherings import services
from grids.gatherings.audience import invited
from grids.gatherings.domain import GatheringState, Standing
from grids.gatherings.forms import CodeForm, WhyForm
from grids.gatherings.models import Attendance, Gathering
from grids.gatherings.policies import part_of
from grids.gatherings.views.access import gathering_or_404, organised_or_403, person_of
from portal.accounts.models import User
from portal.errors import DomainError
from portal.keyset import BY_ID, keyset_page
from portal.paper import qr_svg
from portal.taking import take

PAGE_SIZE = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """签到: the six digits on the screen; the QR code fills them in. Looking changes nothing, the button does."""
    user = person_of(request)
    found = gathering_or_404(user, pk)
    part = part_of(user)
    if part is None or not part.is_invited(found):
        raise PermissionDenied(_("这次没有请您参加。"))
    form = CodeForm(request.POST or None, initial={"code": request.GET.get("code", "")[:6]})
    status = take(request, form, lambda: services.check_in(actor=user, gathering=found, code=form.cleaned_data["code"]))
    if status is None:
        messages.success(request, _("签到好了。"))
        return redirect(found)
    return render(request, "grids/gatherings/check_in.html", {"form": form, "gathering": found}, status=status)


@login_required
@require_POST
def open_check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """开始签到."""
    user = person_of(request)
    found = organised_or_403(user, pk)
    try:
        found = services.open_check_in(actor=user, gathering=found)
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect(found)
    return redirect("gathering_code" if found.takes_codes else "gathering_roll", pk=pk)


@login_required
@require_POST
def close_check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """结束签到: the numbers are counted."""
    user = person_of(request)
    found = organised_or_403(user, pk)
    try:
        services.close_check_in(actor=user, gathering=found)
    except DomainError as error:
        messages.error(request, str(error.message))
    else:
        messages.success(request, _("签到结束，人数算好了。接着写记录吧。"))
    return redirect(found)


@login_required
@never_cache
@require_safe
def code(request: HttpRequest, pk: int) -> HttpResponse:
    """The screen in the room: code, QR code, how many are there. It asks again by itself when the code changes."""
    user = person_of(request)
    found = organised_or_403(user, pk)
    if not found.takes_codes:
        return redirect(found)
    shown = services.code_for(actor=user, gathering=found)
    address = f"{settings.SITE_URL.rstrip('/')}{reverse('gathering_check_in', args=[pk])}?code={shown.digits}"
    standings = Attendance.objects.filter(gathering=found).values_list("standing", flat=True)
    context = {
        "gathering": found,
        "digits": shown.digits,
        "spoken": " ".join(shown.digits),
        "halves": (shown.digits[:3], shown.digits[3:]),
        "seconds": max(1, round((shown.until - timezone.now()).total_seconds())),
        "qr": qr_svg(address, label=_("扫一扫签到")),
        "present": sum(standing == Standing.PRESENT for standing in standings),
        "expected": invited(found).count(),
    }
    template = "grids/gatherings/_code.html" if request.headers.get("X-Part") else "grids/gatherings/code.html"
    return render(request, template, context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roll(request: HttpRequest, pk: int) -> HttpResponse:
    """点名: everybody who is invited, by family name, and the marks by hand."""
    user = person_of(request)
    found = organised_or_403(user, pk)
    problem: DomainError | None = None
    if request.method == "POST" and "mark" not in request.POST:
        return redirect("gathering_roll", pk=pk)
    if request.method == "POST":
        try:
            _mark(request, user, found)
        except DomainError as error:
            problem = error
        else:
            messages.success(request, _("登记好了。"))
            return redirect(f"{request.path}?{request.GET.urlencode()}")
    return roll_page(request, found, WhyForm(), problem=problem)


def _mark(request: HttpRequest, actor: User, found: Gathering) -> None:
    """What the pressed button says: "12:present", or the answer to a leave. Raises DomainError, Http404."""
    number, _colon, standing = request.POST.get("mark", "").partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        number = ""
    target = User.objects.filter(pk=number).first() if number else None
    if target is None:
        # Nothing of the sort is on the page.
        services.mark(actor=actor, gathering=found, user=actor, standing="")
        return
    if standing in ("grant", "refuse"):
        row = get_object_or_404(found.attendances.select_related("gathering__organisation__territory"), user=target)
        services.answer_leave(actor=actor, attendance=row, grant=standing == "grant")
        return
    reason = request.POST.get("reason", "")
    services.mark(actor=actor, gathering=found, user=target, standing=standing, reason=reason)


@login_required
@never_cache
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows the full names of this page of the roll once, in this answer only; each look is written down."""
    user = person_of(request)
    found = organised_or_403(user, pk)
    form = WhyForm(request.POST)
    if not form.is_valid():
        return roll_page(request, found, form, status=400)
    names = services.reveal_roll(actor=user, gathering=found, reason=form.cleaned_data["why"])
    answer = roll_page(request, found, form, names=names)
    answer["Cache-Control"] = "no-store"
    return answer


def roll_page(
    request: HttpRequest,
    found: Gathering,
    form: WhyForm,
    *,
    names: dict[int, str] | None = None,
    problem: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    """The roll, a page at a time."""
    if found.state == GatheringState.CANCELLED:
        raise Http404
    people = User.objects.filter(
        Q(pk__in=invited(found).values("pk")) | Q(pk__in=found.attendances.values("user_id")), is_active=True
    )
    page = keyset_page(request, people, keys=BY_ID, size=PAGE_SIZE)
    shown = [one.pk for one in page.items]
    rows = {row.user_id: row for row in found.attendances.filter(user__in=shown).select_related("marked_by")}
    context: dict[str, Any] = {
        "gathering": found,
        "page": page,
        "rows": [(one, rows.get(one.pk), (names or {}).get(one.pk, "")) for one in page.items],
        "revealed": names is not None,
        "form": form,
        "problem": problem,
        "marks": [(str(each), each.label) for each in (Standing.PRESENT, Standing.ON_LEAVE, Standing.ABSENT)],
        "takes_marks": found.state in (GatheringState.OPEN, GatheringState.CLOSED),
        "closed": found.state == GatheringState.CLOSED,
    }
    status = problem.status if problem is not None else status
    return render(request, "grids/gatherings/roll.html", context, status=status)
