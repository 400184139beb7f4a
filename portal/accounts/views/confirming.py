"""先确认是您本人: asked before what cannot be taken back, when the last proof is older than ten minutes."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts.adapter import recently_proved
from portal.accounts.forms import CodeForm
from portal.accounts.models import PhoneCode, User
from portal.accounts.views.codes import PendingCode, checked, notice_words
from portal.accounts.views.entry import safe_next
from portal.errors import DomainError
from portal.masking import mask_phone

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def current_user(request: HttpRequest) -> User:
    """The signed-in person of a view behind `login_required`."""
    assert isinstance(request.user, User)
    return request.user


def proof_required(view: View[P]) -> View[P]:
    """Signed in, and proved within the last ten minutes; else the proof comes first."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if recently_proved(request):
            return view(request, *args, **kwargs)
        user = current_user(request)
        page = "account_reauthenticate" if user.has_usable_password() else "accounts_confirm"
        return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': request.path})}")

    return login_required(guarded)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Offers to send a code to the person's own number; sends it when asked to."""
    user, next_url = current_user(request), safe_next(request)
    if user.phone is None:
        return redirect("my_data")
    problem, status = None, 200
    if request.method == "POST":
        try:
            PendingCode(request, PhoneCode.Purpose.CONFIRM).send(user.phone, next_url=next_url)
        except DomainError as error:
            problem, status = error, error.status
        else:
            return redirect("accounts_confirm_code")
    context = {"phone": mask_phone(user.phone), "next": next_url, "problem": problem}
    return render(request, "accounts/confirm.html", context, status=status)


@never_cache
@login_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_code(request: HttpRequest) -> HttpResponse:
    """The code typed in; on to what was to be done."""
    user = current_user(request)
    pending = PendingCode(request, PhoneCode.Purpose.CONFIRM)
    row = pending.row()
    if row is None or row.phone != user.phone:
        return redirect("accounts_confirm")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and checked(pending, form):
        next_url = pending.state.get("next") or reverse("my_data")
        pending.forget()
        record_authentication(request, user, method="code", reauthenticated=True)
        return HttpResponseRedirect(next_url)
    context = {
        "form": form,
        "phone": mask_phone(row.phone),
        "purpose": PhoneCode.Purpose.CONFIRM,
        "back": reverse("my_data"),
        "notice": notice_words(request.GET.get("notice", "")),
    }
    return render(request, "account/code.html", context, status=400 if request.method == "POST" else 200)
