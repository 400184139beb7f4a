"""Fulfilment, the resident's word on it (评单), and reopening."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Invalid, NotAllowed
from portal.outbox.services import record
from portal.photos.models import Photo
from wishes.wishes.domain import Action, CallbackState, ClaimState, End, PhotoRole, Stars, State, state_after_reopening
from wishes.wishes.events import PartFulfilled, WishAutoConfirmed, WishConfirmed, WishFulfilled, WishReopened
from wishes.wishes.limits import auto_confirm_after
from wishes.wishes.models import Claim, Rating, Reopening, Wish
from wishes.wishes.policies import is_handler, require
from wishes.wishes.services import steps
from wishes.wishes.services.claims import claim_for, settle
from wishes.wishes.services.gifts import note_household, save_only_gift
from wishes.wishes.services.pictures import add_photos


@transaction.atomic
def fulfil_claim(
    *,
    actor: User,
    wish: Wish,
    claim: int | None = None,
    note: str = "",
    photos: Sequence[Photo] = (),
    at: datetime | None = None,
) -> Wish:
    """The claimant or a handler says it is done, with 1–9 photos or a note of thanks. The clock stops.

    Of goods it is the claimant's own part, or the one of `claim` (its key) where a handler says so; the wish itself is
    fulfilled when nothing is missing and every part is done. Note and photos are public. Raises `Invalid` (field
    "photos" where both are missing or there are too many photos, "claim" where one has to be chosen), `NotAllowed`,
    `Conflict`.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.FULFIL, wish, at=now)
    note = steps.optional(note, field="note", longest=2000)
    if not note and not photos:
        raise Invalid(_("请放一张完成的照片，或者写几句话。"), code="required", field="photos")
    found = claim_for(actor, wish, claim)
    if found.claimant_id != actor.pk and not is_handler(actor, wish):
        raise NotAllowed(_("这一份是别人认领的。"))
    found.state, found.ended_at, found.note = ClaimState.DONE, now, note
    found.save()
    add_photos(wish, photos, actor=actor, role=PhotoRole.FULFILMENT, claim=found)
    if wish.is_shared:
        part = PartFulfilled(wish_id=wish.pk, claim_id=found.pk, quantity=found.quantity or 0)
        record(part, subject=wish, actor=actor, at=now)
        settle(wish, Action.FULFIL, actor=actor, at=now)
    else:
        steps.move(wish, Action.FULFIL, State.FULFILLED)
        steps.fulfilled(wish, at=now)
        record(WishFulfilled(wish_id=wish.pk, claim_id=found.pk), subject=wish, actor=actor, at=now)
    return steps.save(wish)


@transaction.atomic
def confirm_wish(
    *,
    actor: User,
    wish: Wish,
    stars: Stars,
    comment: str = "",
    on_behalf_of: User | None = None,
    at: datetime | None = None,
) -> Wish:
    """The resident confirms and rates; the wish is closed as fulfilled.

    Raises `Invalid` with the mark that is not 1–5, `NotAllowed`, `Conflict`.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.CONFIRM, wish, on_behalf_of=on_behalf_of, at=now)
    for name in stars.wrong_fields():
        raise Invalid(_("请打1到5颗星。"), code="range", field=name)
    comment = steps.optional(comment, field="comment")
    rating = Rating.objects.create(
        wish=wish,
        round=wish.reopen_count,
        speed=stars.speed,
        attitude=stars.attitude,
        result=stars.result,
        comment=comment,
        rated_at=now,
    )
    steps.close(wish, action=Action.CONFIRM, end=End.FULFILLED, reason="", at=now)
    event = WishConfirmed(
        wish_id=wish.pk, rating_id=rating.pk, speed=stars.speed, attitude=stars.attitude, result=stars.result
    )
    record(event, subject=wish, actor=actor, on_behalf_of=on_behalf_of, at=now)
    return steps.save(wish)


@transaction.atomic
def auto_confirm_wish(*, wish: Wish, at: datetime | None = None) -> bool:
    """Nobody answered in time: closed as fulfilled without a rating. False where it is not, or no longer, due."""
    now = steps.moment(at)
    wish = steps.locked(wish)
    if wish.state != State.FULFILLED or wish.fulfilled_at is None or wish.territory is None:
        return False
    if now < wish.fulfilled_at + auto_confirm_after(wish.territory):
        return False
    steps.close(wish, action=Action.AUTO_CONFIRM, end=End.FULFILLED, reason="", at=now)
    record(WishAutoConfirmed(wish_id=wish.pk), subject=wish, at=now)
    steps.save(wish)
    return True


@transaction.atomic
def reopen_wish(
    *, actor: User, wish: Wish, reason: str, on_behalf_of: User | None = None, at: datetime | None = None
) -> Wish:
    """Not done yet, says the resident: within 7 days, twice at most; back to the same people, the clock starts anew.

    Of goods, everybody whose part led to fulfilment is asked again. Where a claimant has left, the wish waits for
    somebody new. Raises `Invalid` (field "reason"), `NotAllowed`,
    `Conflict` when time or turns are used up.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.REOPEN, wish, on_behalf_of=on_behalf_of, at=now)
    return reopen(wish, actor=actor, reason=reason, on_behalf_of=on_behalf_of, at=now)


def reopen(wish: Wish, *, actor: User, reason: str, on_behalf_of: User | None, at: datetime) -> Wish:
    """Reopens a locked wish, in the transaction of whoever has found that it may be. Raises `Invalid`."""
    reason = steps.required(reason, field="reason", message=_("请写一句哪里还没办好。"))
    wish.callbacks.filter(state=CallbackState.WAITING).update(state=CallbackState.LAPSED, done_at=at, remind_at=None)
    wish.enough_at = None
    claims = _revive_claims(wish, at=at)
    if wish.is_shared:
        steps.move(wish, Action.REOPEN, steps.portions_of(wish).state)
    else:
        steps.move(wish, Action.REOPEN, state_after_reopening(claimant_still_there=bool(claims)))
        wish.claimant = claims[0].claimant if claims else None
    if not claims:
        wish.claimed_at = None
    wish.end = wish.end_reason = ""
    wish.closed_at = wish.fulfilled_at = None
    wish.reopen_count += 1
    note_household(wish)
    Reopening.objects.create(wish=wish, reason=reason, reopened_at=at)
    steps.restart(wish, at=at)
    event = WishReopened(wish_id=wish.pk, times=wish.reopen_count, claimant_id=wish.claimant_id)
    record(event, subject=wish, actor=actor, on_behalf_of=on_behalf_of, at=at)
    return save_only_gift(wish)


def _revive_claims(wish: Wish, *, at: datetime) -> list[Claim]:
    """Makes the claims that led to fulfilment live again, unless their claimant is gone; returns those."""
    done = list(wish.claims.filter(state=ClaimState.DONE).select_related("claimant").order_by("-id"))
    revived = [claim for claim in (done if wish.is_shared else done[:1]) if claim.claimant.is_active]
    if wish.is_shared:
        # The part of somebody who is gone is missing again.
        gone = [claim.pk for claim in done if claim not in revived]
        wish.claims.filter(pk__in=gone).update(state=ClaimState.ENDED, ended_at=at)
    for claim in revived:
        claim.state, claim.ended_at = ClaimState.LIVE, None
        claim.save()
    return revived
