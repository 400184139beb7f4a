"""Erasing a person (注销): what identifies them goes at once, the emptied row stays."""

import datetime as dt
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts import signals
from portal.accounts.models import PhoneCode, User
from portal.accounts.services import end_sessions
from portal.errors import Conflict, NotAllowed


@dataclass(frozen=True)
class ErasedIdentity:
    """What the person was called and reached by, so that wings can take it out of their own rows."""

    legal_name: str
    display_name: str
    phone: str
    username: str
    email: str

    @property
    def words(self) -> tuple[str, ...]:
        """Every form that must not remain, without empty ones: the number also without its country code."""
        forms = (
            self.legal_name,
            self.display_name,
            self.phone,
            self.phone.removeprefix("+86"),
            self.username,
            self.email,
        )
        return tuple(dict.fromkeys(form for form in forms if form))


def erase_user(*, actor: User, user: User, now: dt.datetime | None = None) -> User:
    """Close the account for good and empty it, here and, by `user_erased`, in every wing; all or nothing.

    What others did with the person stays, without the person's name. Raises `NotAllowed` for somebody else's account
    (a guardian may close a ward's), `Conflict` when it is closed already or still guards a child; a wing may raise
    `Conflict` as well, e.g. while a duty is held.
    """
    if actor.pk not in (user.pk, user.guardian_id):
        raise NotAllowed(_("只有本人或监护人可以注销账号。"))
    now = now or timezone.now()
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_erased:
            raise Conflict(_("这个账号已经注销了。"))
        if User.objects.filter(guardian=user, erased_at=None).exists():
            raise Conflict(_("您还是孩子账号的监护人，请先注销孩子的账号，或到服务站换一位监护人。"))
        was = ErasedIdentity(
            legal_name=user.legal_name,
            display_name=user.display_name,
            phone=user.phone or "",
            username=user.username or "",
            email=user.email,
        )
        end_sessions(user=user, actor=actor, reason="erased")
        _empty(user, now)
        _delete_what_opens_it(user, was)
        signals.user_erased.send(sender=User, user=user, actor=actor, was=was)
    return user


def _empty(user: User, now: dt.datetime) -> None:
    user.username = user.phone = user.phone_verified_at = user.last_login = None
    user.email = user.legal_name = user.display_name = ""
    user.language, user.elder_mode = "zh-hans", False
    user.is_active = user.is_staff = user.is_superuser = False
    user.guardian = None
    user.erased_at = now
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()


def _delete_what_opens_it(user: User, was: ErasedIdentity) -> None:
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    if was.phone:
        PhoneCode.objects.filter(phone=was.phone).delete()
    # The configuration log repeats the name of what was edited.
    people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=people, object_id=str(user.pk)).update(object_repr=str(user.pk))
