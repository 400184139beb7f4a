"""What a signed-in person must do before anything else: a second factor for staff, consent to a new text."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.functional import LazyObject
from django.utils.translation import gettext as _

from portal.accounts.adapter import entered_with_two_factors
from portal.accounts.consents import is_anything_outstanding
from portal.accounts.models import User
from portal.accounts.policies import is_staff_member

# Pages one may reach with a step still to do: those of the steps themselves, leaving, and how pages are shown.
OPEN_ROUTES = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "accounts_consent",
        "frame_icons",
        "healthz",
        "privacy",
        "site_elder",
        "site_language",
    }
)
# With no second factor yet one is set up; with one, it is asked for and nothing about it can be changed before.
ENROL_ROUTES = frozenset({"mfa_index", "mfa_activate_totp", "mfa_add_webauthn"})
PROVE_ROUTES = frozenset({"mfa_reauthenticate", "mfa_reauthenticate_webauthn"})


class RequiredStepsMiddleware:
    """Sends people with a required step to it, before the page they asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        route = request.resolver_match.view_name if request.resolver_match else ""
        if route in OPEN_ROUTES or not request.user.is_authenticated:
            return None
        # Views and templates ask the account itself, not a stand-in that passes each question on.
        user = cast(User, get_user(request) if isinstance(request.user, LazyObject) else request.user)
        request.user = user
        if is_staff_member(user) and not entered_with_two_factors(request):
            return _ask_second_factor(request, user, route)
        # What is being sent goes through, so that nothing typed is lost; the question comes with the next page.
        is_page = request.method in ("GET", "HEAD") and not request.path.startswith("/api/")
        if is_page and is_anything_outstanding(user):
            return HttpResponseRedirect(f"{reverse('accounts_consent')}?{_next(request)}")
        return None


def _ask_second_factor(request: HttpRequest, user: User, route: str) -> HttpResponse | None:
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    has_one = Authenticator.objects.filter(user=user, type__in=kinds).exists()
    if route in (PROVE_ROUTES if has_one else ENROL_ROUTES):
        return None
    if request.path.startswith("/api/"):
        problem = {
            "type": "about:blank",
            "title": _("需要两步登录"),
            "status": 403,
            "code": "second_factor_required",
            "detail": _("工作人员要先完成两步登录，才能使用接口。"),
        }
        return JsonResponse(problem, status=403, content_type="application/problem+json")
    if has_one:
        return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{_next(request)}")
    return HttpResponseRedirect(reverse("mfa_index"))


def _next(request: HttpRequest) -> str:
    return urlencode({"next": request.get_full_path()} if request.method in ("GET", "HEAD") else {})
