"""People for tests, and ways of signing them in as the portal would have."""

import datetime as dt
import time
from typing import Any

import factory
from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.utils import timezone

from portal.accounts.models import ConsentText, User
from portal.accounts.services import enrol_totp

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "quiet-harbour-lamp-93"


class ResidentFactory(factory.django.DjangoModelFactory[User]):
    """Somebody with a phone."""

    class Meta:
        model = User

    phone = factory.Sequence(lambda number: f"+86138{number + 10000000:08d}")
    phone_verified_at = factory.LazyFunction(timezone.now)
    legal_name = "王桂兰"
    display_name = "王阿姨"

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, **kwargs)


class StaffFactory(ResidentFactory):
    """Somebody who works for the portal, with user name and password but no second factor yet."""

    phone = None
    phone_verified_at = None
    username = factory.Sequence(lambda number: f"staff{number}")
    password = PASSWORD
    is_staff = True
    legal_name = "陈建国"
    display_name = "陈网格员"


class ConsentTextFactory(factory.django.DjangoModelFactory[ConsentText]):
    """A text in force since yesterday."""

    class Meta:
        model = ConsentText

    kind = ConsentText.Kind.PRIVACY
    version = factory.Sequence(lambda number: number + 1)
    title = "我们怎样用您的信息"
    body = "只收办事要用的。\n您随时可以撤回。"
    effective_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=1))


def enter(client: Client, user: User, *, method: str = "code", second_factor: bool = False, ago: float = 0) -> Client:
    """Sign in as the portal's own pages do, `ago` seconds in the past; with the second factor where wanted."""
    client.force_login(user, backend="portal.accounts.backends.AccountBackend")
    session = client.session
    at = time.time() - ago
    records = [{"method": method, "at": at}]
    if second_factor:
        records.append({"method": "mfa", "at": at, "type": "totp"})
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    return client


def enter_as_staff(client: Client, user: User) -> Client:
    """Sign staff in with both factors."""
    enrol_totp(user=user, secret=SECRET)
    return enter(client, user, method="password", second_factor=True)


def totp_now(secret: str = SECRET, *, steps: int = 0) -> str:
    """What an authenticator app shows now, or `steps` half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))
