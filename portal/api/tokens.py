"""Making, using and ending app tokens."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.api.models import AppToken
from portal.errors import Conflict, Invalid

# Found by scanners of leaked secrets, and by a person in a log.
PREFIX = "wuwei_"
MOST_TOKENS = 20
LIFETIMES = (30, 90, 365)  # days
# "Last used" is for people, not for counting: written at most this often.
USED_STEP = timedelta(minutes=5)


def create_token(*, actor: User, name: str, days: int, now: datetime | None = None) -> tuple[AppToken, str]:
    """A new token of the person, and its text, which is known only now. Raises Invalid, Conflict."""
    now = now or timezone.now()
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("请写上这个令牌用在哪里，以后好认。"), field="name")
    if days not in LIFETIMES:
        raise Invalid(_("请选择有效期。"), field="days")
    if AppToken.objects.filter(user=actor, revoked_at__isnull=True, expires_at__gt=now).count() >= MOST_TOKENS:
        raise Conflict(
            _("您已经有 {count} 个令牌了，请先停用不用的。").format(count=MOST_TOKENS), code="too_many_tokens"
        )
    text = PREFIX + secrets.token_urlsafe(32)
    token = AppToken.objects.create(
        user=actor,
        name=name[:60],
        digest=digest_of(text),
        hint=text[:10],
        session_epoch=actor.session_epoch,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    return token, text


def revoke_token(*, actor: User, token: AppToken, now: datetime | None = None) -> None:
    """End a token at once. One that has ended stays as it is. Raises AppToken.DoesNotExist for somebody else's."""
    own = AppToken.objects.filter(user=actor)
    own.get(pk=token.pk)
    own.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now or timezone.now())


def token_of(text: str, now: datetime) -> AppToken | None:
    """The live token with this text, of an active person; None for any other."""
    token = AppToken.objects.select_related("user").filter(digest=digest_of(text)).first()
    if token is None or not token.user.is_active or not token.is_live(now):
        return None
    unmarked = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - USED_STEP)
    if token.last_used_at is None or token.last_used_at < now - USED_STEP:
        AppToken.objects.filter(unmarked, pk=token.pk).update(last_used_at=now)
    return token


def digest_of(text: str) -> str:
    """What is stored of a token: with 256 random bits in it, one round of SHA-256 cannot be guessed back."""
    return hashlib.sha256(text.encode()).hexdigest()
