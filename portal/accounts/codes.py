"""Codes by text message: sent, guessed at most five times, used once (docs/quality.md, "Security")."""

import datetime as dt
import secrets

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import PhoneCode
from portal.accounts.sms import SmsError, send_sms
from portal.errors import DomainError, Invalid

DIGITS = 6
# Kept for a day after their end, so that a complaint "I never got one" can be looked into; then deleted.
KEPT_FOR = dt.timedelta(days=1)


class CodeNotSent(DomainError):
    """The gateway did not take the message."""

    status = 503
    default_code = "sms_not_sent"


class CodeDead(Invalid):
    """This code cannot be used any more: a new one has to be asked for."""

    default_code = "code_dead"


def send_code(*, phone: str, purpose: str, replaces: str = "", now: dt.datetime | None = None) -> PhoneCode:
    """Send a fresh six-digit code to `phone` (E.164). The code `replaces`, asked for in the same session, dies.

    Codes other sessions asked for live on, else a stranger could void them by asking. It is the same for numbers
    with and without an account, so that nobody can ask who is registered.
    Must run outside a transaction, as it waits for the network. Raises `CodeNotSent`.
    """
    now = now or timezone.now()
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    row = PhoneCode(phone=phone, purpose=purpose, created_at=now)
    row.digest = _digest(row, code)
    with transaction.atomic():
        if replaces:
            PhoneCode.objects.filter(pk=replaces, purpose=purpose, used_at=None).delete()
        row.save(force_insert=True)
    minutes = int(PhoneCode.LIFETIME.total_seconds() // 60)
    try:
        send_sms(phone=phone, kind="code", values={"code": code, "minutes": str(minutes)})
    except SmsError as error:
        row.delete()
        raise CodeNotSent(_("短信没有发出去，请过一分钟再试；一直收不到，请打社区服务站电话，我们来帮您。")) from error
    return row


def check_code(*, code_id: str, typed: str, purpose: str, now: dt.datetime | None = None) -> str:
    """The phone number proved by `typed`; the code is then spent.

    The row is locked while a guess is compared and counted, so that parallel guesses are counted one by one.
    Raises `CodeDead` when the code is unknown, used, older than five minutes or guessed at five times, and
    `Invalid` (field `code`) with the number of guesses left when it is wrong.
    """
    now = now or timezone.now()
    digits = "".join(character for character in typed if character.isdecimal())
    with transaction.atomic():
        row = PhoneCode.objects.select_for_update().filter(pk=code_id, purpose=purpose).first()
        if row is None or row.used_at is not None or now >= row.expires_at:
            raise CodeDead(_("这个验证码已经过期或用过了，请重新获取。"), field="code")
        if row.wrong_guesses >= PhoneCode.GUESSES:
            raise CodeDead(_("这个验证码输错太多次，已经作废，请重新获取。"), field="code")
        right = constant_time_compare(row.digest, _digest(row, _as_ascii(digits)))
        if right:
            row.used_at = now
            row.save(update_fields=["used_at"])
        else:
            PhoneCode.objects.filter(pk=row.pk).update(wrong_guesses=F("wrong_guesses") + 1)
    if right:
        return row.phone
    left = PhoneCode.GUESSES - row.wrong_guesses - 1
    if left == 0:
        raise CodeDead(_("这个验证码输错太多次，已经作废，请重新获取。"), field="code")
    raise Invalid(
        _("验证码不对，请看看最新的那条短信。还可以再试 {left} 次。").format(left=left), code="code_wrong", field="code"
    )


def forget_old_codes(*, now: dt.datetime | None = None) -> int:
    """Delete codes a day after they were sent; returns how many went."""
    now = now or timezone.now()
    gone, _rows = PhoneCode.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    return gone


def _as_ascii(digits: str) -> str:
    """Full-width and other decimal digits as 0-9."""
    return "".join(str(int(digit)) for digit in digits)


def _digest(row: PhoneCode, code: str) -> str:
    value = f"{row.pk}:{row.purpose}:{row.phone}:{code}"
    return salted_hmac("portal.accounts.codes", value, algorithm="sha256").hexdigest()
