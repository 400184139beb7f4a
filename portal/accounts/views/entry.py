"""Coming in: a number, a code, and the first time a name and consent. One way for new and known numbers."""

import datetime as dt

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts.consents import text_in_force
from portal.accounts.forms import CodeForm, FirstTimeForm, PhoneForm
from portal.accounts.models import ConsentText, PhoneCode, User
from portal.accounts.phones import shown_phone
from portal.accounts.services import confirm_phone, register_resident
from portal.accounts.views.codes import PendingCode, checked, notice_words
from portal.errors import DomainError

# Time to read the texts and write a name after the number was proved.
FIRST_TIME_WITHIN = dt.timedelta(minutes=30)


def safe_next(request: HttpRequest) -> str:
    """Where to go afterwards, as long as it is a page of this site."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if target and get_adapter().is_safe_url(target) else ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """手机号: sends a code to any number that can get one, known or not."""
    next_url = safe_next(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url or reverse("home"))
    form = PhoneForm(request.POST or None)
    problem, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                PendingCode(request, PhoneCode.Purpose.ENTER).send(form.cleaned_data["phone"], next_url=next_url)
            except DomainError as error:
                problem, status = error, error.status
            else:
                return redirect("account_confirm_login_code")
    return render(request, "account/login.html", {"form": form, "problem": problem, "next": next_url}, status=status)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """验证码: a known number is in, a new one is asked for a name."""
    if request.user.is_authenticated:
        return redirect("home")
    pending = PendingCode(request, PhoneCode.Purpose.ENTER)
    row = pending.row()
    if row is None:
        return redirect("account_login")
    form = CodeForm(request.POST or None)
    phone = checked(pending, form) if request.method == "POST" else None
    if phone is None:
        context = {
            "form": form,
            "phone": shown_phone(row.phone),
            "purpose": PhoneCode.Purpose.ENTER,
            "back": reverse("account_login"),
            "notice": notice_words(request.GET.get("notice", "")),
        }
        return render(request, "account/code.html", context, status=400 if request.method == "POST" else 200)
    user = User.objects.filter(phone=phone).first()
    if user is None:
        # What is proved belongs to this person from here on, not to whoever may have planted the session.
        request.session.cycle_key()
        return redirect("account_signup")
    next_url = pending.state.get("next", "")
    pending.forget()
    confirm_phone(user=user)
    return log_in(request, user, next_url=next_url)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first_time(request: HttpRequest) -> HttpResponse:
    """第一次来: name, age, consent; the number was proved a moment ago."""
    if request.user.is_authenticated:
        return redirect("home")
    pending = PendingCode(request, PhoneCode.Purpose.ENTER)
    phone = pending.spent_phone(within=FIRST_TIME_WITHIN, now=timezone.now())
    if phone is None:
        return redirect("account_login")
    form = FirstTimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = register_resident(
                phone=phone,
                legal_name=form.cleaned_data["legal_name"],
                display_name=form.cleaned_data["display_name"],
                language=get_language() or "",
            )
        except DomainError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            next_url = pending.state.get("next", "")
            pending.forget()
            return log_in(request, user, next_url=next_url, signup=True)
    context = {"form": form, "phone": shown_phone(phone), "text": text_in_force(ConsentText.Kind.PRIVACY)}
    return render(request, "account/signup.html", context, status=400 if request.method == "POST" else 200)


def log_in(request: HttpRequest, user: User, *, next_url: str = "", signup: bool = False) -> HttpResponse:
    """Open the session through allauth, which asks for the second factor of those who have one."""
    record_authentication(request, user, method="code")
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=next_url or None, signup=signup))
    return response


@method_decorator(never_cache, name="dispatch")
class StaffLoginView(LoginView):  # type: ignore[misc]
    """工作人员登录: user name and password, then the second factor."""

    template_name = "account/staff_login.html"


staff_login = StaffLoginView.as_view()
