"""Who answers for a wish: objections to a dispatch (派单异议), transfers (转派), and first-recipient responsibility.

Whoever got the wish first stays responsible until somebody else has accepted (首接负责制, docs/domain.md §2).
The clock of the wish goes on all the while.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import holds
from portal.accounts.models import User
from portal.errors import Conflict, Invalid
from portal.outbox.services import record
from wishes.wishes.domain import Action, HandoverKind, HandoverState
from wishes.wishes.events import WishTransferred
from wishes.wishes.handling.events import (
    HandoverOffered,
    HandoverRefused,
    HandoverReminded,
    HandoverWithdrawn,
    ObjectionDismissed,
    ObjectionRaised,
)
from wishes.wishes.handling.handover import effective_at_once, open_handover
from wishes.wishes.limits import handover_reminder_after
from wishes.wishes.models import Handover, Wish
from wishes.wishes.policies import require
from wishes.wishes.services.dispatch import seat_of
from wishes.wishes.services.steps import locked, moment, optional, required, responded, save


@transaction.atomic
def object_to_dispatch(
    *, actor: User, wish: Wish, reason: str, to: User | None = None, at: datetime | None = None
) -> Handover:
    """The one the wish was sent to objects, with a reason and, where they know, with who should have it.

    Responsible stays who is, until `to` or whoever the level above names has accepted. Raises `Invalid` (field
    "reason" or "to"), `NotAllowed`, `Conflict` while another handover is open.
    """
    now = moment(at)
    wish = locked(wish)
    require(actor, Action.OBJECT, wish, at=now)
    reason = required(reason, field="reason", message=_("请写明为什么不该派到这里。"))
    if to is not None:
        _check_fit(to, wish)
    handover = _open(wish, HandoverKind.OBJECTION, actor=actor, to=to, reason=reason, at=now)
    event = ObjectionRaised(wish_id=wish.pk, handover_id=handover.pk, proposed_id=to.pk if to else None)
    record(event, subject=wish, actor=actor, text=reason, at=now)
    responded(wish, now)
    save(wish)
    return handover


@transaction.atomic
def transfer_wish(*, actor: User, wish: Wish, to: User, reason: str, at: datetime | None = None) -> Wish:
    """Offers the wish to another handler of its place, who is responsible once they have accepted.

    At once it becomes theirs only where they take it themselves, or where a grid head shares out the work among the
    grid's own staff. Raises `Invalid` (field "to" or "reason"), `NotAllowed`, `Conflict` while another handover is
    open.
    """
    now = moment(at)
    wish = locked(wish)
    require(actor, Action.TRANSFER, wish, at=now)
    reason = required(reason, field="reason", message=_("请写一句为什么转给别人。"))
    _check_fit(to, wish)
    responded(wish, now)
    if effective_at_once(actor, to, wish):
        return _entrust(wish, to, actor=actor, reason=reason, at=now)
    handover = _open(wish, HandoverKind.TRANSFER, actor=actor, to=to, reason=reason, at=now)
    event = HandoverOffered(wish_id=wish.pk, handover_id=handover.pk, proposed_id=to.pk)
    record(event, subject=wish, actor=actor, text=reason, at=now)
    return save(wish)


@transaction.atomic
def accept_handover(*, actor: User, wish: Wish, at: datetime | None = None) -> Wish:
    """The one who was asked accepts and is responsible from now on. Raises `NotAllowed`, `Conflict`."""
    now = moment(at)
    wish = locked(wish)
    require(actor, Action.ACCEPT_HANDOVER, wish, at=now)
    handover = _waiting(wish)
    _end(handover, HandoverState.ACCEPTED, by=actor, at=now)
    responded(wish, now)
    return _entrust(wish, actor, actor=actor, reason=handover.reason, at=now, handover=handover)


@transaction.atomic
def refuse_handover(*, actor: User, wish: Wish, reason: str, at: datetime | None = None) -> Wish:
    """The one who was asked refuses, with a reason; who was responsible stays so.

    A transfer is over with that; an objection waits on for the level above. Raises `Invalid` (field "reason"),
    `NotAllowed`, `Conflict`.
    """
    now = moment(at)
    wish = locked(wish)
    require(actor, Action.REFUSE_HANDOVER, wish, at=now)
    reason = required(reason, field="reason", message=_("请写一句为什么不能接。"))
    handover = _waiting(wish)
    if handover.kind == HandoverKind.TRANSFER:
        _end(handover, HandoverState.REFUSED, by=actor, at=now, words=reason)
    else:
        handover.proposed = None
        handover.save(update_fields=["proposed"])
    event = HandoverRefused(wish_id=wish.pk, handover_id=handover.pk)
    record(event, subject=wish, actor=actor, text=reason, at=now)
    return save(wish)


@transaction.atomic
def withdraw_handover(*, actor: User, wish: Wish, at: datetime | None = None) -> Wish:
    """Whoever objected or offered takes it back before it is answered. Raises `NotAllowed`, `Conflict`."""
    now = moment(at)
    wish = locked(wish)
    require(actor, Action.WITHDRAW_HANDOVER, wish, at=now)
    handover = _waiting(wish)
    _end(handover, HandoverState.WITHDRAWN, by=actor, at=now)
    record(HandoverWithdrawn(wish_id=wish.pk, handover_id=handover.pk), subject=wish, actor=actor, at=now)
    return save(wish)


@transaction.atomic
def decide_objection(
    *, actor: User, wish: Wish, reason: str, to: User | None = None, at: datetime | None = None
) -> Wish:
    """The level above decides: `to` is asked to take the wish; without `to`, it stays where it is.

    Where the one who decides takes the wish themselves, that is its acceptance. Raises `Invalid` (field "reason" or
    "to"), `NotAllowed`, `Conflict`.
    """
    now = moment(at)
    wish = locked(wish)
    require(actor, Action.DECIDE_OBJECTION, wish, at=now)
    reason = required(reason, field="reason", message=_("请写一句为什么这样定。"))
    handover = _waiting(wish)
    if to is None or to.pk == handover.holder_id:
        _end(handover, HandoverState.REFUSED, by=actor, at=now, words=reason)
        event = ObjectionDismissed(wish_id=wish.pk, handover_id=handover.pk)
        record(event, subject=wish, actor=actor, text=reason, at=now)
        return save(wish)
    _check_fit(to, wish)
    handover.proposed, handover.decision = to, reason
    if to.pk == actor.pk:
        _end(handover, HandoverState.ACCEPTED, by=actor, at=now, words=reason)
        return _entrust(wish, to, actor=actor, reason=reason, at=now, handover=handover)
    handover.remind_at = now + _reminder_after(wish)
    handover.save()
    offered = HandoverOffered(wish_id=wish.pk, handover_id=handover.pk, proposed_id=to.pk)
    record(offered, subject=wish, actor=actor, text=reason, at=now)
    return save(wish)


@transaction.atomic
def remind_of_handover(*, handover: Handover, at: datetime | None = None) -> bool:
    """Reminds those who owe an answer. False where it is not, or no longer, due. Called by a sweep."""
    now = moment(at)
    wish = locked(handover.wish)
    found = open_handover(wish)
    if found is None or found.pk != handover.pk or found.remind_at is None or found.remind_at > now:
        return False
    found.reminders += 1
    found.remind_at = now + _reminder_after(wish)
    found.save(update_fields=["reminders", "remind_at"])
    record(HandoverReminded(wish_id=wish.pk, handover_id=found.pk), subject=wish, at=now)
    return True


def _open(wish: Wish, kind: HandoverKind, *, actor: User, to: User | None, reason: str, at: datetime) -> Handover:
    seat = wish.responsible_territory or wish.territory
    assert seat is not None
    try:
        with transaction.atomic():
            return Handover.objects.create(
                wish=wish,
                kind=kind,
                opened_by=actor,
                holder=wish.responsible,
                seat_level=seat.level,
                proposed=to,
                reason=reason,
                opened_at=at,
                remind_at=at + _reminder_after(wish),
            )
    except IntegrityError as error:
        raise Conflict(_("已经有一次移交在等答复，先等有了结果。"), code="handover_open") from error


def _end(handover: Handover, state: HandoverState, *, by: User, at: datetime, words: str = "") -> None:
    handover.state, handover.decided_by, handover.decided_at = state, by, at
    handover.decision = optional(words, field="reason") or handover.decision
    handover.remind_at = None
    handover.save()


def _entrust(wish: Wish, to: User, *, actor: User, reason: str, at: datetime, handover: Handover | None = None) -> Wish:
    before = wish.responsible_id
    wish.responsible = to
    wish.responsible_territory_id = seat_of(to, wish)
    accepted = handover.pk if handover else None
    event = WishTransferred(wish_id=wish.pk, from_id=before, to_id=to.pk, handover_id=accepted)
    record(event, subject=wish, actor=actor, text=reason, at=at)
    return save(wish)


def _check_fit(to: User, wish: Wish) -> None:
    """Raises `Invalid` (field "to") for who could not answer for this wish, or does already."""
    assert wish.territory is not None
    if to.pk == wish.author_id or not to.is_active or not holds(to, HANDLER_ROLES, wish.territory):
        raise Invalid(_("这位同志不负责这里，请另选一位。"), code="wrong_person", field="to")
    if to.pk == wish.responsible_id:
        raise Invalid(_("这件事已经由这位同志负责了。"), code="same_person", field="to")


def _waiting(wish: Wish) -> Handover:
    """The open handover of a locked wish, for which the policy has just asked."""
    handover = open_handover(wish)
    assert handover is not None
    return handover


def _reminder_after(wish: Wish) -> timedelta:
    assert wish.territory is not None
    return handover_reminder_after(wish.urgency, wish.territory)
