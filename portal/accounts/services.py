"""Use cases of identity: registering, names, phones, sessions, second factors."""

import datetime as dt
from importlib import import_module

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts import signals
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText, User
from portal.accounts.phones import normalise_phone
from portal.errors import Conflict, Invalid, NotAllowed


def register_resident(
    *, phone: str, legal_name: str, display_name: str = "", language: str = "", now: dt.datetime | None = None
) -> User:
    """An account for whoever just proved `phone` (E.164) by code, agreed to the required texts and is at least 14.

    Returns the account that stands when two requests register the same number at once.
    Raises `Invalid` (field `legal_name`) without a name.
    """
    now = now or timezone.now()
    legal_name = _clean_name(legal_name)
    with transaction.atomic():
        try:
            with transaction.atomic():
                user = User.objects.create_user(
                    phone=phone,
                    phone_verified_at=now,
                    legal_name=legal_name,
                    display_name=display_name.strip(),
                    language=language or settings.LANGUAGE_CODE,
                    date_joined=now,
                )
        except IntegrityError:
            return User.objects.get(phone=phone)
        for kind in ConsentText.REQUIRED:
            give_consent(actor=user, user=user, kind=kind, now=now)
    return user


def find_or_register_assisted(
    *,
    actor: User,
    phone: str | None,
    legal_name: str,
    under_14: bool = False,
    guardian: User | None = None,
    now: dt.datetime | None = None,
) -> User:
    """The account of a resident whom `actor` (staff) helps, made if there is none (代为登记).

    With a phone, the account of that number is found; without one, a person is registered who can only be helped in
    person. A child under 14 needs a guardian with an account (docs/domain.md §7). The required texts were read to
    the person: the consent is kept with `actor` as the one who gave it for them. What staff do for a person is told
    to that person in 我的信息.

    Raises `NotAllowed` when `actor` is not staff, `Invalid` for a bad phone, a missing name or guardian.
    """
    if not actor.has_perm("accounts.assist"):
        raise NotAllowed(_("只有社区工作人员可以替居民登记。"))
    now = now or timezone.now()
    number = normalise_phone(phone) if phone and phone.strip() else None
    if number and (known := User.objects.filter(phone=number).first()):
        return known
    legal_name = _clean_name(legal_name)
    if under_14 and guardian is None:
        raise Invalid(_("未满14周岁的孩子，要由监护人同意，请先登记监护人。"), field="guardian")
    with transaction.atomic():
        try:
            with transaction.atomic():
                user = User.objects.create_user(
                    phone=number,
                    legal_name=legal_name,
                    assisted_by=actor,
                    under_14=under_14,
                    guardian=guardian,
                    date_joined=now,
                )
        except IntegrityError:
            return User.objects.get(phone=number)
        for kind in ConsentText.REQUIRED:
            give_consent(actor=guardian or actor, user=user, kind=kind, now=now)
        signals.assisted_registration.send(sender=User, user=user, actor=actor, at=now)
    return user


def correct_profile(*, actor: User, user: User, legal_name: str, display_name: str, language: str) -> User:
    """The person corrects their own name, chosen name and language. Raises `NotAllowed`, `Invalid`."""
    if actor.pk != user.pk:
        raise NotAllowed(_("只能改自己的信息。"))
    if language not in dict(settings.LANGUAGES):
        raise Invalid(_("请选一种语言。"), field="language")
    user.legal_name = _clean_name(legal_name)
    user.display_name = display_name.strip()
    user.language = language
    user.save(update_fields=["legal_name", "display_name", "language"])
    return user


def confirm_phone(*, user: User, now: dt.datetime | None = None) -> None:
    """The person has just proved the number the account already has."""
    if user.phone_verified_at is None:
        user.phone_verified_at = now or timezone.now()
        user.save(update_fields=["phone_verified_at"])


def change_phone(*, actor: User, user: User, new_phone: str, now: dt.datetime | None = None) -> str | None:
    """Put the number just proved by code in the place of the old one, which is returned so that it can be told.

    Raises `NotAllowed` for somebody else's account and `Conflict` when the number has an account already.
    """
    if actor.pk != user.pk:
        raise NotAllowed(_("只能换自己的手机号。"))
    with transaction.atomic():
        old = _set_phone(user, new_phone, verified_at=now or timezone.now())
        signals.phone_changed.send(sender=User, user=user, actor=actor)
    return old


def replace_lost_phone(*, actor: User, user: User, new_phone: str, reason: str) -> str | None:
    """Staff saw the person, whose phone is lost, and gives the account a new number (补办手机号).

    All sessions end; the first login by code proves the new number. Returns the old number, so that it can be told.
    Raises `NotAllowed`, `Invalid` (bad number, no reason), `Conflict` (the number has an account).
    """
    if actor.pk == user.pk or not actor.has_perm("accounts.replace_lost_phone", user):
        raise NotAllowed(_("您不能给这位居民补办手机号。"))
    if not reason.strip():
        raise Invalid(_("请写明怎样核实了本人，例如：本人到站，核对了身份证件。"), field="reason")
    number = normalise_phone(new_phone)
    with transaction.atomic():
        old = _set_phone(user, number, verified_at=None)
        end_sessions(user=user, actor=actor, reason="lost_phone")
        signals.lost_phone_replaced.send(sender=User, user=user, actor=actor, reason=reason.strip())
    return old


def end_sessions(*, user: User, actor: User | None = None, reason: str = "") -> None:
    """Sign the person out everywhere, at once: on role change, erasure, a lost phone, or because they asked.

    Raising the epoch invalidates every session that exists, known to the session list or not.
    """
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
        keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
        store = import_module(settings.SESSION_ENGINE).SessionStore
        for key in keys:
            store(key).delete()
        UserSession.objects.filter(user=user).delete()
        signals.sessions_ended.send(sender=User, user=user, actor=actor, reason=reason)
    user.refresh_from_db(fields=["session_epoch"])


def enrol_totp(*, user: User, secret: str) -> None:
    """Give the person an authenticator app with a known base32 `secret`, and recovery codes.

    For the demo and for tests; people enrol on their own page, where the secret is drawn at random. Doing it again
    with the same person changes nothing.
    """
    with transaction.atomic():
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
            TOTP.activate(user, secret)
            signals.second_factor_enrolled.send(sender=User, user=user, kind="totp")
        if not Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).exists():
            RecoveryCodes.activate(user)


def _set_phone(user: User, number: str, *, verified_at: dt.datetime | None) -> str | None:
    old = user.phone
    if number == old:
        raise Conflict(_("这就是您现在用的号码。"), code="phone_same", field="phone")
    taken = Conflict(
        _("这个号码已经有人在用。如果是您的另一个账号，请先在那边注销。"), code="phone_taken", field="phone"
    )
    if User.objects.filter(phone=number).exists():
        raise taken
    try:
        with transaction.atomic():
            User.objects.filter(pk=user.pk).update(phone=number, phone_verified_at=verified_at)
    except IntegrityError as error:
        raise taken from error
    user.phone, user.phone_verified_at = number, verified_at
    return old


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("请写上姓名。"), field="legal_name")
    return name
