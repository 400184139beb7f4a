"""我的信息: what the portal holds on a person, and everything they may do about it."""

import logging
import re
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.consents import give_consent, outstanding_texts, text_in_force, withdraw_consent
from portal.accounts.erasure import erase_user
from portal.accounts.export import assistance_for, data_sections, export_data
from portal.accounts.forms import CodeForm, EraseForm, PhoneForm, ProfileForm
from portal.accounts.models import Consent, ConsentText, PhoneCode, User
from portal.accounts.phones import shown_phone
from portal.accounts.policies import is_staff_member
from portal.accounts.services import change_phone, correct_profile
from portal.accounts.sms import SmsError, send_sms
from portal.accounts.views.codes import PendingCode, checked, notice_words
from portal.accounts.views.confirming import current_user, proof_required
from portal.accounts.views.entry import safe_next
from portal.accounts.views.leaving import left_clean
from portal.errors import DomainError

logger = logging.getLogger("portal.accounts")


@never_cache
@login_required
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """我的: one's names, number, consents, devices, copy, and who acted for one."""
    user = current_user(request)
    saved = {"profile": _("改好了。"), "phone": _("手机号换好了，下次用新号码登录。")}.get(request.GET.get("saved", ""))
    context = {
        "person": user,
        "phone": shown_phone(user.phone),
        "saved": saved,
        "needs_second_factor": is_staff_member(user),
        "has_second_factor": Authenticator.objects.filter(user=user).exists(),
        "assistance": assistance_for(user),
    }
    return render(request, "accounts/my_data.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_profile(request: HttpRequest) -> HttpResponse:
    """更正: names and language."""
    user = current_user(request)
    form = ProfileForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            correct_profile(actor=user, user=user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field or None, str(error.message))
        else:
            response = HttpResponseRedirect(f"{reverse('my_data')}?saved=profile")
            # A device that was told a language goes by that; now it is told this one.
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                user.language,
                max_age=365 * 24 * 3600,
                samesite="Lax",
                secure=request.is_secure(),
            )
            return response
    return render(request, "accounts/profile.html", {"form": form}, status=400 if request.method == "POST" else 200)


@never_cache
@proof_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_phone(request: HttpRequest) -> HttpResponse:
    """换手机号: the new number, which gets a code."""
    user = current_user(request)
    form = PhoneForm(request.POST or None)
    problem, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid() and form.cleaned_data["phone"] == user.phone:
            form.add_error("phone", _("这就是您现在用的号码。"))
        if form.is_valid():
            try:
                PendingCode(request, PhoneCode.Purpose.CHANGE).send(form.cleaned_data["phone"])
            except DomainError as error:
                problem, status = error, error.status
            else:
                return redirect("my_phone_code")
    context = {"form": form, "phone": shown_phone(user.phone), "problem": problem}
    return render(request, "accounts/phone.html", context, status=status)


@never_cache
@proof_required
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def my_phone_code(request: HttpRequest) -> HttpResponse:
    """The new number proved: it takes the old one's place, and the old one is told."""
    user = current_user(request)
    pending = PendingCode(request, PhoneCode.Purpose.CHANGE)
    row = pending.row()
    if row is None:
        return redirect("my_phone")
    form = CodeForm(request.POST or None)
    new_phone = checked(pending, form) if request.method == "POST" else None
    if new_phone is not None:
        pending.forget()
        try:
            old = change_phone(actor=user, user=user, new_phone=new_phone)
        except DomainError as error:
            form.add_error("code", str(error.message))
        else:
            tell_old_phone(old, new_phone)
            return HttpResponseRedirect(f"{reverse('my_data')}?saved=phone")
    context = {
        "form": form,
        "phone": shown_phone(row.phone),
        "purpose": PhoneCode.Purpose.CHANGE,
        "back": reverse("my_phone"),
        "notice": notice_words(request.GET.get("notice", "")),
    }
    return render(request, "account/code.html", context, status=400 if request.method == "POST" else 200)


def tell_old_phone(old: str | None, new_phone: str) -> None:
    """A word to the number that was left, in case it was not its owner who did it. A failure is only logged."""
    if old is None:
        return
    try:
        send_sms(phone=old, kind="phone_changed", values={"last_four": new_phone[-4:]})
    except SmsError as error:
        logger.warning("The old number could not be told that it was replaced: %s", error.code)


@never_cache
@proof_required
@require_POST
def my_data_copy(request: HttpRequest) -> HttpResponseBase:
    """拷贝: everything as a ZIP archive."""
    user = current_user(request)
    response = StreamingHttpResponse(export_data(actor=user, user=user), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="wuwei-{timezone.localdate():%Y%m%d}.zip"'
    return response


@never_cache
@proof_required
@require_safe
def my_data_copy_page(request: HttpRequest) -> HttpResponse:
    """What the copy will hold."""
    return render(request, "accounts/copy.html", {"sections": data_sections()})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_consents(request: HttpRequest) -> HttpResponse:
    """我同意过什么: every consent with its version; give and take back."""
    user = current_user(request)
    problem = None
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        act = withdraw_consent if request.POST.get("act") == "withdraw" else give_consent
        try:
            act(actor=user, user=user, kind=kind)
        except DomainError as error:
            problem = error
        else:
            return redirect("my_consents")
    context = {"kinds": _consent_rows(user), "problem": problem}
    return render(request, "accounts/consents.html", context, status=400 if problem else 200)


def _consent_rows(user: User) -> list[dict[str, Any]]:
    rows = []
    for kind, label in ConsentText.Kind.choices:
        text = text_in_force(kind)
        live = Consent.objects.live().filter(user=user, text__kind=kind).select_related("text", "given_by").first()
        past = Consent.objects.filter(user=user, text__kind=kind, withdrawn_at__isnull=False).first()
        if text is not None and (live or past or kind not in ConsentText.ASKED_WHERE_NEEDED):
            required = kind in ConsentText.REQUIRED
            rows.append({"kind": kind, "label": label, "text": text, "live": live, "past": past, "required": required})
    return rows


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """A new version to agree to, before going on."""
    user = current_user(request)
    texts = list(outstanding_texts(user))
    if request.method == "POST":
        for text in texts:
            give_consent(actor=user, user=user, kind=text.kind)
        texts = []
    next_url = safe_next(request)
    if not texts:
        return HttpResponseRedirect(next_url or reverse("home"))
    agreed_before = Consent.objects.filter(user=user).exists()
    context = {"texts": texts, "next": next_url, "agreed_before": agreed_before}
    return render(request, "accounts/consent.html", context)


@never_cache
@proof_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_erase(request: HttpRequest) -> HttpResponse:
    """注销: in plain words what goes and what stays, then the last question."""
    user = current_user(request)
    form = EraseForm(request.POST or None)
    problem, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                erase_user(actor=user, user=user)
            except DomainError as error:
                problem, status = error, error.status
            else:
                logout(request)
                return left_clean(redirect("accounts_erased"))
    return render(request, "accounts/erase.html", {"form": form, "problem": problem}, status=status)


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """The account is closed."""
    return render(request, "accounts/erased.html")


DEVICES = (
    (r"MicroMessenger", gettext_lazy("微信")),
    (r"HuaweiBrowser", gettext_lazy("华为浏览器")),
    (r"MiuiBrowser", gettext_lazy("小米浏览器")),
    (r"Edg/", "Edge"),
    (r"Firefox/", "Firefox"),
    (r"Chrome/", "Chrome"),
    (r"Safari/", "Safari"),
)


def device_words(user_agent: str) -> str:
    """What kind of device and browser, as far as the browser says: 手机 · 微信."""
    kind = _("手机") if re.search(r"Mobile|Android|iPhone", user_agent) else _("电脑")
    browser = next((name for pattern, name in DEVICES if re.search(pattern, user_agent)), "")
    return f"{kind} · {browser}" if browser else kind
