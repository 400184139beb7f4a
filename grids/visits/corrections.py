"""Pages that put a visit right: corrected, or withdrawn."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from grids.pairing.scope import person
from grids.visits import correcting
from grids.visits.access import visit_for
from grids.visits.forms import CorrectForm, WithdrawForm
from grids.visits.models import Visit
from grids.visits.policies import is_fresh, may_correct, may_read
from grids.visits.ties import tied_words
from portal.accounts.models import User
from portal.taking import take


def _correctable(user: User, pk: int) -> Visit:
    """A visit this person may put right. Raises Http404 for who does not read it, PermissionDenied with the reason."""
    found = visit_for(user, pk)
    if not may_read(user, found):
        raise Http404
    may = may_correct(user, found, now=timezone.now())
    # What nobody may do any more is said by the service, above the form.
    if not may and not may.by_state:
        raise PermissionDenied(may.reason)
    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """更正走访: the household, the day, how it went, the words."""
    user = person(request)
    found = _correctable(user, pk)
    fresh = is_fresh(user, found, now=timezone.now())
    form = CorrectForm(request.POST if request.method == "POST" else None, visit=found, is_fresh=fresh)
    status = take(
        request, form, lambda: correcting.correct_visit(actor=user, visit=found, **form.given), {"visited_at": "day"}
    )
    if status is None:
        messages.success(request, _("改好了。"))
        return redirect(found)
    context = {"form": form, "visit": found, "tied": tied_words(found)}
    return render(request, "grids/visits/correct.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤回走访: it counts no longer."""
    user = person(request)
    found = _correctable(user, pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    status = take(
        request, form, lambda: correcting.withdraw_visit(actor=user, visit=found, reason=form.cleaned_data["reason"])
    )
    if status is None:
        messages.success(request, _("撤回了，不再算数。"))
        return redirect(found)
    context = {"form": form, "visit": found, "tied": tied_words(found)}
    return render(request, "grids/visits/withdraw.html", context, status=status)
