"""Claiming (接单) and giving up. A service has exactly one live claim, however many reach for it at once."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Conflict, NotAllowed
from portal.outbox.services import record
from wishes.wishes.domain import Action, ClaimState, State
from wishes.wishes.events import ClaimGivenUp, WishClaimed
from wishes.wishes.models import Claim, Wish
from wishes.wishes.policies import require
from wishes.wishes.services import steps


@transaction.atomic
def claim_wish(*, actor: User, wish: Wish, message: str = "", at: datetime | None = None) -> Claim:
    """Takes the whole wish on; `message` is a word to its author, who alone reads it.

    Raises `Conflict` (code "already_claimed") when somebody was faster, `NotAllowed` with the reason. Two guards hold:
    the row of the wish is locked while the step is taken, and the database allows one live claim for a service.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.CLAIM, wish, at=now)
    message = steps.optional(message, field="message", longest=200)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(wish=wish, claimant=actor, message=message, claimed_at=now)
    except IntegrityError as error:
        raise Conflict(_("已经有人先认领了，谢谢您的热心。"), code="already_claimed") from error
    steps.move(wish, Action.CLAIM, State.CLAIMED)
    wish.claimant, wish.claimed_at = actor, now
    steps.responded(wish, now)
    record(WishClaimed(wish_id=wish.pk, claim_id=claim.pk, claimant_id=actor.pk), subject=wish, actor=actor, at=now)
    steps.save(wish)
    return claim


@transaction.atomic
def give_up_claim(*, actor: User, claim: Claim, reason: str, at: datetime | None = None) -> Wish:
    """The claimant cannot help after all; the wish is open again and its clock goes on.

    `reason` is read by author and handlers. Raises `Invalid` (field "reason"), `NotAllowed`, `Conflict` for a claim
    that is over.
    """
    now = steps.moment(at)
    wish = steps.locked(claim.wish)
    live = live_claim(wish)
    if claim.claimant_id != actor.pk:
        raise NotAllowed(_("只有认领人自己可以这样做。"))
    if live is None or live.pk != claim.pk:
        raise Conflict(_("这次认领已经结束了。"), code="claim_over")
    require(actor, Action.GIVE_UP, wish, at=now)
    reason = steps.required(reason, field="reason", message=_("请写一句为什么帮不了，许愿人会看到。"))
    live.state, live.ended_at, live.end_reason = ClaimState.GIVEN_UP, now, reason
    live.save()
    steps.move(wish, Action.GIVE_UP, State.PUBLISHED)
    wish.claimant = wish.claimed_at = None
    record(ClaimGivenUp(wish_id=wish.pk, claim_id=live.pk, claimant_id=actor.pk), subject=wish, actor=actor, at=now)
    return steps.save(wish)


def live_claim(wish: Wish) -> Claim | None:
    """The claim in force on a wish that has one at a time."""
    return wish.claims.filter(state=ClaimState.LIVE).first()
