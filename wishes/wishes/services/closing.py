"""The other ends, each with its own public reason: cannot be done, not ours, duplicate, declined, withdrawn."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Invalid
from portal.outbox.registry import Payload
from portal.outbox.services import record
from wishes.wishes.domain import Action, End
from wishes.wishes.events import WishCannotBeDone, WishDeclined, WishDuplicate, WishNotOurs, WishWithdrawn
from wishes.wishes.models import OutsideBody, Wish
from wishes.wishes.policies import require
from wishes.wishes.services import steps
from wishes.wishes.services.referrals import refer


@transaction.atomic
def close_cannot_be_done(*, actor: User, wish: Wish, reason: str, at: datetime | None = None) -> Wish:
    """It cannot be done (办不了); `reason` is public. Raises `Invalid` (field "reason"), `NotAllowed`, `Conflict`."""
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.CLOSE_CANNOT_BE_DONE, wish, at=now)
    reason = steps.required(reason, field="reason", message=_("请写明为什么办不了，大家会看到。"))
    steps.close(wish, action=Action.CLOSE_CANNOT_BE_DONE, end=End.CANNOT_BE_DONE, reason=reason, at=now)
    return _ended(wish, WishCannotBeDone(wish_id=wish.pk, claimant_id=wish.claimant_id), actor=actor, at=now)


@transaction.atomic
def close_not_ours(
    *,
    actor: User,
    wish: Wish,
    referred_to: str = "",
    body: OutsideBody | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Wish:
    """Another body's matter (转请别处办理); `referred_to` names it to the public, `reason` says more.

    With `body`, a registered one, its answer is waited for and will be public on the wish.

    Raises `Invalid` (field "referred_to"), `NotAllowed`, `Conflict`.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.CLOSE_NOT_OURS, wish, at=now)
    message = _("请写明转请哪个单位办理，大家会看到。")
    named = referred_to or (str(body)[:100] if body else "")
    wish.referred_to = steps.required(named, field="referred_to", message=message, longest=100)
    if body is not None:
        refer(wish, body, actor=actor, at=now)
    reason = steps.optional(reason, field="reason")
    steps.close(wish, action=Action.CLOSE_NOT_OURS, end=End.NOT_OURS, reason=reason, at=now)
    return _ended(wish, WishNotOurs(wish_id=wish.pk, claimant_id=wish.claimant_id), actor=actor, at=now)


@transaction.atomic
def close_duplicate(*, actor: User, wish: Wish, of: Wish, reason: str = "", at: datetime | None = None) -> Wish:
    """The same matter as another public wish of the same community, which goes on.

    Raises `Invalid` (field "of") when the other cannot stand for this one, `NotAllowed`, `Conflict`.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.CLOSE_DUPLICATE, wish, at=now)
    other = Wish.objects.public().filter(pk=of.pk, community=wish.community).exclude(end=End.DUPLICATE).first()
    if other is None or other.pk == wish.pk:
        raise Invalid(_("请选同一个社区里已经公开的另一个心愿。"), code="wrong_wish", field="of")
    reason = steps.optional(reason, field="reason")
    wish.duplicate_of = other
    steps.close(wish, action=Action.CLOSE_DUPLICATE, end=End.DUPLICATE, reason=reason, at=now)
    event = WishDuplicate(wish_id=wish.pk, of_id=other.pk, claimant_id=wish.claimant_id)
    return _ended(wish, event, actor=actor, at=now)


@transaction.atomic
def decline_wish(*, actor: User, wish: Wish, reason: str, at: datetime | None = None) -> Wish:
    """Not taken on (不予受理); the reason is told to the author. Raises `Invalid` (field "reason"), `NotAllowed`,
    `Conflict`."""
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.DECLINE, wish, at=now)
    reason = steps.required(reason, field="reason", message=_("请写明为什么不受理，居民会看到。"))
    steps.responded(wish, now)
    steps.close(wish, action=Action.DECLINE, end=End.DECLINED, reason=reason, at=now)
    return _ended(wish, WishDeclined(wish_id=wish.pk), actor=actor, at=now)


@transaction.atomic
def withdraw_wish(
    *, actor: User, wish: Wish, reason: str = "", on_behalf_of: User | None = None, at: datetime | None = None
) -> Wish:
    """The author takes the wish back (撤回). Raises `NotAllowed`, `Conflict`."""
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.WITHDRAW, wish, on_behalf_of=on_behalf_of, at=now)
    reason = steps.optional(reason, field="reason")
    steps.close(wish, action=Action.WITHDRAW, end=End.WITHDRAWN, reason=reason, at=now)
    event = WishWithdrawn(wish_id=wish.pk, claimant_id=wish.claimant_id)
    return _ended(wish, event, actor=actor, on_behalf_of=on_behalf_of, at=now)


def _ended(wish: Wish, event: Payload, *, actor: User, at: datetime, on_behalf_of: User | None = None) -> Wish:
    """Writes the end down with its reason and saves."""
    words = " · ".join(part for part in (wish.referred_to, wish.end_reason) if part)
    record(event, subject=wish, actor=actor, on_behalf_of=on_behalf_of, text=words, at=at)
    steps.responded(wish, at)
    return steps.save(wish)
