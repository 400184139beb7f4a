"""Consent: what is asked, given and withdrawn (docs/domain.md §7)."""

import datetime as dt

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts import signals
from portal.accounts.consent_texts import FIRST_TEXTS
from portal.accounts.models import Consent, ConsentText, User
from portal.accounts.querysets import ConsentTextQuerySet
from portal.errors import Conflict, NotAllowed


def text_in_force(kind: str, *, now: dt.datetime | None = None) -> ConsentText | None:
    """The version people are asked to agree to today, if there is one."""
    return ConsentText.objects.in_force(now).filter(kind=kind).first()


def outstanding_texts(user: User, *, now: dt.datetime | None = None) -> ConsentTextQuerySet:
    """Required texts in force that the person has not agreed to, or took back: one query."""
    agreed = Consent.objects.live().filter(user=user, text=OuterRef("pk"))
    texts = ConsentText.objects.in_force(now).filter(kind__in=ConsentText.REQUIRED)
    return texts.exclude(Exists(agreed)).order_by("kind")


# Asked by every page, so it is written out: putting it together would cost more than answering it.
_OUTSTANDING = """
SELECT EXISTS (
    SELECT 1 FROM portal_consenttext t
    WHERE t.kind = ANY (%s) AND t.id = (
        SELECT u.id FROM portal_consenttext u WHERE u.kind = t.kind AND u.effective_at <= %s
        ORDER BY u.version DESC LIMIT 1
    ) AND NOT EXISTS (
        SELECT 1 FROM portal_consent c WHERE c.text_id = t.id AND c.user_id = %s AND c.withdrawn_at IS NULL
    )
)
"""


def is_anything_outstanding(user: User, *, now: dt.datetime | None = None) -> bool:
    """Whether there are `outstanding_texts`."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTSTANDING, [[str(kind) for kind in ConsentText.REQUIRED], now or timezone.now(), user.pk])
        return bool(cursor.fetchone()[0])


_AGREES = """
SELECT EXISTS (
    SELECT 1 FROM portal_consent c WHERE c.user_id = %s AND c.withdrawn_at IS NULL AND c.text_id = (
        SELECT t.id FROM portal_consenttext t WHERE t.kind = %s AND t.effective_at <= %s ORDER BY t.version DESC LIMIT 1
    )
)
"""


def has_consent(user: User, kind: str, *, now: dt.datetime | None = None) -> bool:
    """Whether the person agrees to the version in force today."""
    with connection.cursor() as cursor:
        cursor.execute(_AGREES, [user.pk, str(kind), now or timezone.now()])
        return bool(cursor.fetchone()[0])


def give_consent(*, actor: User, user: User, kind: str, now: dt.datetime | None = None) -> Consent | None:
    """Agree to the version in force. `actor` is the person, their guardian, or staff who read the text to them.

    Doing it twice changes nothing. Returns None when there is no text of this kind yet.
    Raises `NotAllowed` when a stranger tries.
    """
    if actor.pk not in (user.pk, user.guardian_id) and not actor.has_perm("accounts.assist"):
        raise NotAllowed(_("同意只能由本人、监护人，或替您办事的工作人员来给。"))
    now = now or timezone.now()
    text = text_in_force(kind, now=now)
    if text is None:
        return None
    with transaction.atomic():
        given = Consent.objects.live().filter(user=user, text=text).first()
        if given is not None:
            return given
        given_by = None if actor.pk == user.pk else actor
        try:
            with transaction.atomic():
                given = Consent.objects.create(user=user, text=text, given_at=now, given_by=given_by)
        except IntegrityError:
            return Consent.objects.live().get(user=user, text=text)
        signals.consent_given.send(sender=Consent, consent=given, actor=actor)
    return given


def withdraw_consent(*, actor: User, user: User, kind: str, now: dt.datetime | None = None) -> None:
    """Take back every live consent of this kind, whatever its version.

    Raises `NotAllowed` for somebody else's consent, `Conflict` when there is none.
    """
    if actor.pk not in (user.pk, user.guardian_id):
        raise NotAllowed(_("只有本人或监护人可以撤回同意。"))
    now = now or timezone.now()
    with transaction.atomic():
        live = list(Consent.objects.live().select_for_update().filter(user=user, text__kind=kind))
        if not live:
            raise Conflict(_("这一项您没有同意过，或者已经撤回了。"))
        for consent in live:
            consent.withdrawn_at = now
            consent.save(update_fields=["withdrawn_at"])
            signals.consent_withdrawn.send(sender=Consent, consent=consent, actor=actor)


def ensure_default_consents() -> None:
    """Put the first version of each text in place where there is none; existing texts are left alone."""
    for first in FIRST_TEXTS:
        if not ConsentText.objects.filter(kind=first.kind).exists():
            ConsentText.objects.create(
                kind=first.kind,
                version=1,
                title=first.title,
                body=first.body,
                title_en=first.title_en,
                body_en=first.body_en,
                effective_at=first.effective_at,
            )
