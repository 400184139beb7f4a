"""Accounts for many people at once, as a district's staff begin: no password is made, sent or shared.

A person enters by a code sent to their own number, which proves it; staff then set up a second factor before anything
else (`portal.accounts.middleware`).
"""

import datetime as dt
from collections.abc import Collection, Mapping

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts import signals
from portal.accounts.models import User
from portal.errors import Conflict, NotAllowed

TRIES = 3


@transaction.atomic
def open_accounts(
    *, actor: User, people: Mapping[str, str], now: dt.datetime | None = None
) -> tuple[dict[str, User], set[int]]:
    """The accounts of these numbers (E.164 → real name), and the ids of those made now; known numbers keep theirs.

    Raises NotAllowed; Conflict when somebody else keeps registering the same numbers at the same moment.
    """
    if not actor.has_perm("accounts.open"):
        raise NotAllowed(_("只有安全管理员可以给工作人员开账号。"))
    now = now or timezone.now()
    for _try in range(TRIES):
        known = {str(user.phone): user for user in User.objects.filter(phone__in=list(people))}
        new = [
            User(
                phone=phone,
                legal_name=name,
                assisted_by=actor,
                date_joined=now,
                password=make_password(None),
            )
            for phone, name in people.items()
            if phone not in known
        ]
        try:
            with transaction.atomic():
                User.objects.bulk_create(new, batch_size=500)
        except IntegrityError:
            continue  # Somebody registered with one of the numbers meanwhile: theirs is found now.
        if new:
            signals.accounts_opened.send(sender=User, users=new, actor=actor, at=now)
        return known | {str(user.phone): user for user in new}, {user.pk for user in new}
    raise Conflict(_("这些手机号正有人在登记，请再试一次。"))


@transaction.atomic
def withdraw_accounts(*, actor: User, users: Collection[int], now: dt.datetime | None = None) -> int:
    """Empties accounts that were opened by mistake, so that name and number are gone; how many.

    One that somebody has entered is left alone: who has an account of their own closes it themselves. The rows stay,
    as with an erased person. The caller has made sure that nothing else stands on them.
    """
    now = now or timezone.now()
    held = User.objects.select_for_update().filter(pk__in=users, last_login=None, erased_at=None).order_by("pk")
    unused = list(held)
    User.objects.filter(pk__in=[user.pk for user in unused]).update(
        phone=None,
        username=None,
        email="",
        legal_name="",
        display_name="",
        is_active=False,
        is_staff=False,
        password=make_password(None),
        erased_at=now,
    )
    if unused:
        signals.accounts_withdrawn.send(sender=User, users=unused, actor=actor, at=now)
    return len(unused)
