"""The code a session is waiting for: sent, sent again, checked. Shared by entering, confirming and changing phones."""

import datetime as dt
from typing import Any

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from portal.accounts.codes import CodeDead, check_code, send_code
from portal.accounts.forms import CodeForm
from portal.accounts.models import PhoneCode
from portal.errors import DomainError

# The page on which each kind of code is typed in.
PAGES = {
    PhoneCode.Purpose.ENTER: "account_confirm_login_code",
    PhoneCode.Purpose.CONFIRM: "accounts_confirm_code",
    PhoneCode.Purpose.CHANGE: "my_phone_code",
}


class TooOften(DomainError):
    """More requests than one person makes."""

    status = 429
    default_code = "too_often"


class PendingCode:
    """The code this session waits for, for one purpose. Only its row's id is in the session, never a number."""

    def __init__(self, request: HttpRequest, purpose: str) -> None:
        self.request = request
        self.purpose = purpose
        self.key = f"accounts.code.{purpose}"

    @property
    def state(self) -> dict[str, Any]:
        state = self.request.session.get(self.key)
        return state if isinstance(state, dict) else {}

    def row(self) -> PhoneCode | None:
        """The code's row while it can still be typed in or sent again."""
        row = self._row()
        return row if row is not None and row.used_at is None else None

    def _row(self) -> PhoneCode | None:
        if not self.state:
            return None
        return PhoneCode.objects.filter(pk=str(self.state["code"]), purpose=self.purpose).first()

    def send(self, phone: str, *, next_url: str = "") -> None:
        """Send a code and remember it. Raises `TooOften`, `CodeNotSent`."""
        if not ratelimit.consume(self.request, action="send_code", key=phone):
            raise TooOften(_("刚刚已经发过了，请等一会儿再试。一直收不到，可以打社区服务站电话，我们来帮您。"))
        row = send_code(phone=phone, purpose=self.purpose, replaces=self.state.get("code", ""))
        self.request.session[self.key] = {"code": str(row.pk), "next": next_url}

    def check(self, typed: str) -> str:
        """The proved number. Raises `TooOften`, `CodeDead`, `Invalid`."""
        if not ratelimit.consume(self.request, action="guess_code"):
            raise TooOften(_("试得太快了，请等一分钟再来。"))
        if not self.state:
            raise CodeDead(_("这个验证码已经过期或用过了，请重新获取。"), field="code")
        return check_code(code_id=self.state["code"], typed=typed, purpose=self.purpose)

    def spent_phone(self, *, within: dt.timedelta, now: dt.datetime) -> str | None:
        """The number this session proved a short while ago."""
        row = self._row()
        return row.phone if row is not None and row.used_at is not None and now - row.used_at <= within else None

    def forget(self) -> None:
        self.request.session.pop(self.key, None)


def checked(pending: PendingCode, form: CodeForm) -> str | None:
    """The proved number, or None with the reason put beside the field."""
    if not form.is_valid():
        return None
    try:
        return pending.check(form.cleaned_data["code"])
    except DomainError as error:
        form.add_error("code", str(error.message))
        return None


@require_POST
def send_again(request: HttpRequest, purpose: str) -> HttpResponse:
    """Another code to the same number; the page says so, or says why not."""
    if purpose not in PAGES:
        raise Http404
    pending = PendingCode(request, purpose)
    row = pending.row()
    if row is None:
        return redirect("account_login")
    page = redirect(PAGES[PhoneCode.Purpose(purpose)])
    try:
        pending.send(row.phone, next_url=pending.state.get("next", ""))
    except DomainError as error:
        page.headers["Location"] += "?notice=" + error.code
    else:
        page.headers["Location"] += "?notice=sent"
    return page


def notice_words(code: str) -> str:
    """What `send_again` left to say; the address carries a word from this list, never the words themselves."""
    return str(
        {
            "sent": _("新的验证码已经发出，请看最新的那条短信。"),
            "too_often": _("刚刚已经发过了，请等一会儿再试。一直收不到，可以打社区服务站电话，我们来帮您。"),
            "sms_not_sent": _("短信没有发出去，请过一分钟再试；一直收不到，请打社区服务站电话，我们来帮您。"),
        }.get(code, "")
    )
