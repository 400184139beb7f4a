"""Where django-allauth asks the portal how it does things."""

import base64
import hashlib
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.policies import is_staff_member


def recently_proved(request: HttpRequest) -> bool:
    """Whether this session proved who it is (code, password or second factor) within the last ten minutes."""
    records = get_authentication_records(request, request.user)
    limit = timezone.now().timestamp() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(record.get("at", 0) >= limit for record in records)


def entered_with_two_factors(request: HttpRequest) -> bool:
    """Whether a second factor was given in this session."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Entering and leaving."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("这个账号已经停用，请联系管理员。"),
        "enter_current_password": _("请写上现在用的密码。"),
        "incorrect_code": _("动态码不对，请看看应用里最新的那一个。"),
        "incorrect_password": _("密码不对，请再试一次。"),
        "too_many_login_attempts": _("试错太多次了，请过五分钟再来。"),
        "username_password_mismatch": _("用户名或密码不对，请再看一看。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Residents register by phone code, staff are created by an administrator: never allauth's own way."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Pages say in place what happened; allauth's own notices would repeat it in other words."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has just entered is not asked again at once."""
        return not recently_proved(self.request)

    def login(self, request: HttpRequest, user: User) -> None:
        """Sessions of staff last a working day, wherever they were opened."""
        super().login(request, user)
        if is_staff_member(user):
            request.session.set_expiry(settings.STAFF_SESSION_AGE)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Authenticator apps and security keys."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("工作人员要保留至少一种两步登录方式，所以这一个不能移除。"),
        "cannot_generate_recovery_codes": _("先设好动态码应用或安全密钥，才有恢复码。"),
        "incorrect_code": _("动态码不对，请看看应用里最新的那一个。"),
    }

    def encrypt(self, text: str) -> str:
        """Seeds are stored encrypted, so that a copy of the database does not open accounts."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Staff keep at least one second factor."""
        if not is_staff_member(authenticator.user):
            return True
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


def _fernet() -> MultiFernet:
    """The key comes from SECRET_KEY; after a change of it, SECRET_KEY_FALLBACKS still open older seeds."""
    secrets = [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    digests = [hashlib.sha256(b"portal.accounts.second_factor:" + secret.encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
