"""回访: the queue of residents to call back, and the page from which one is called."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from grids.roles.queries import holds_anywhere
from portal.errors import DomainError, Invalid
from portal.keyset import Key, keyset_page, read_id
from portal.taking import add_domain_error
from wishes.wishes import services
from wishes.wishes.domain import CallbackCause, CallbackState, CallOutcome
from wishes.wishes.forms.handling import CallForm
from wishes.wishes.handling.callbacks import CALLING_ROLES, counts_of, queue_of, require_caller
from wishes.wishes.views.access import member_of, sent, wish_or_404
from wishes.wishes.views.steps import refused

PAGE_SIZE = 20


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


KEYS = (Key("due_at", _read_moment, datetime.isoformat), Key("id", read_id))


@login_required
@require_safe
def callbacks(request: HttpRequest) -> HttpResponse:
    """Whom to call, the most urgent first, and what came of the calls of the last three months."""
    user = member_of(request)
    if not holds_anywhere(user, CALLING_ROLES):
        raise PermissionDenied(_("回访由这里的社区工作人员来打。"))
    now = timezone.now()
    counts = [
        row | {"cause": CallbackCause(row["cause"]).label, "state": CallbackState(row["state"]).label}
        for row in counts_of(user, now)
    ]
    page = keyset_page(request, queue_of(user), keys=KEYS, size=PAGE_SIZE)
    return render(request, "wishes/wishes/callbacks.html", {"page": page, "counts": counts, "now": now})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def callback(request: HttpRequest, number: str) -> HttpResponse:
    """One call: the telephone number, shown once it was asked for and written down, and what the resident said."""
    actor = member_of(request)
    wish = wish_or_404(actor, number)
    looks = "look" in request.POST
    form = CallForm(None if looks else sent(request))
    contact = services.contact_for(viewer=actor, wish=wish)
    try:
        require_caller(actor, wish)
        waiting = services.waiting_callback(wish)
        if looks:
            contact = services.look_up_phone(actor=actor, wish=wish)
        elif request.method == "POST" and form.is_valid():
            outcome = CallOutcome(form.cleaned_data["outcome"])
            services.record_call(actor=actor, wish=wish, outcome=outcome, note=form.cleaned_data["note"])
            messages.success(request, _("回访记下了。"))
            return redirect("wish_callbacks")
    except Invalid as error:
        add_domain_error(form, error)
    except DomainError as error:
        return refused(request, wish, error.message, error.status)
    context = {
        "wish": wish,
        "form": form,
        "contact": contact,
        "callback": waiting,
        "rating": wish.ratings.first(),
        "calls": list(waiting.calls.select_related("caller")),
    }
    return render(request, "wishes/wishes/callback.html", context, status=400 if form.errors else 200)
