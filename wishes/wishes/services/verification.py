"""Facts first: verification (核实) of special groups by grid staff, and publication."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.outbox.services import record
from wishes.wishes.domain import Action, State, state_after_verification
from wishes.wishes.events import WishPublished, WishReturned, WishVerified
from wishes.wishes.models import Verification, Wish
from wishes.wishes.policies import require
from wishes.wishes.services import steps


@transaction.atomic
def verify_wish(*, actor: User, wish: Wish, note: str, at: datetime | None = None) -> Wish:
    """Grid staff found the facts true. `note` says what was seen; it is required and stays with the handlers.

    Publishes at once, unless the category is looked at first. Raises `Invalid` (field "note"), `NotAllowed`,
    `Conflict`.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.VERIFY, wish, at=now)
    note = steps.required(note, field="note", message=_("请写下核实到的情况。"), longest=2000)
    assert wish.category is not None
    found = Verification.objects.create(wish=wish, verified_by=actor, passed=True, note=note, verified_at=now)
    steps.move(wish, Action.VERIFY, state_after_verification(needs_moderation=wish.category.needs_moderation))
    steps.responded(wish, now)
    record(WishVerified(wish_id=wish.pk, verification_id=found.pk), subject=wish, actor=actor, at=now)
    if wish.state == State.PUBLISHED:
        _publish(wish, actor=None, at=now)
    return steps.save(wish)


@transaction.atomic
def reject_verification(*, actor: User, wish: Wish, reason: str, note: str = "", at: datetime | None = None) -> Wish:
    """Sends the wish back to its author with a reason; it becomes a draft that keeps its number, its clock rests.

    Raises `Invalid` (field "reason"), `NotAllowed`, `Conflict`.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.REJECT_VERIFICATION, wish, at=now)
    reason = steps.required(reason, field="reason", message=_("请写明还缺什么，居民会看到。"))
    note = steps.optional(note, field="note", longest=2000)
    found = Verification.objects.create(
        wish=wish, verified_by=actor, passed=False, note=note, reason=reason, verified_at=now
    )
    steps.move(wish, Action.REJECT_VERIFICATION, State.DRAFT)
    steps.responded(wish, now)
    wish.questions.filter(answered_at=None).update(answered_at=now)
    steps.lapse_handovers(wish, now)
    wish.waiting_since = now
    steps.pause(wish, reason=_("等居民补充情况"), actor=actor, at=now)
    record(WishReturned(wish_id=wish.pk, verification_id=found.pk), subject=wish, actor=actor, text=reason, at=now)
    return steps.save(wish)


@transaction.atomic
def publish_wish(*, actor: User, wish: Wish, at: datetime | None = None) -> Wish:
    """A wish that is looked at first has been looked at, and is public from now on. Raises `NotAllowed`, `Conflict`."""
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.PUBLISH, wish, at=now)
    steps.move(wish, Action.PUBLISH, State.PUBLISHED)
    steps.responded(wish, now)
    _publish(wish, actor=actor, at=now)
    return steps.save(wish)


def _publish(wish: Wish, *, actor: User | None, at: datetime) -> None:
    wish.published_at = wish.published_at or at
    record(WishPublished(wish_id=wish.pk), subject=wish, actor=actor, at=at)
