"""Claiming (接单) and giving up, however many reach for a wish at once.

A service has exactly one live claim; claims of goods are for a part each and together never exceed the quantity.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grids.bodies.models import Body
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.outbox.services import record
from wishes.wishes.claiming import why_body_may_not
from wishes.wishes.domain import Action, ClaimState, State
from wishes.wishes.events import ClaimGivenUp, EnoughDeclared, WishClaimed, WishFulfilled
from wishes.wishes.models import Claim, Wish
from wishes.wishes.policies import MUST_TAKE, is_author, names_of, require
from wishes.wishes.services import steps


@transaction.atomic
def claim_wish(
    *,
    actor: User,
    wish: Wish,
    quantity: int | None = None,
    body: Body | None = None,
    message: str = "",
    at: datetime | None = None,
) -> Claim:
    """Takes the wish on, or `quantity` of the goods: all that is missing unless given.

    In the actor's own name, or in that of `body`, for which the actor acts and whose tier is open.

    `message` is a word to its author, who alone reads it. Raises `Conflict` (code "already_claimed") when somebody was
    faster, `Invalid` (field "quantity") for more than is missing, `NotAllowed` with the reason. Two guards hold: the
    row of the wish is locked while the step is taken, and the database allows one live claim for a service and no more
    than the quantity for goods.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.CLAIM, wish, at=now)
    _check_name(actor, wish, body, now)
    message = steps.optional(message, field="message", longest=200)
    part = _part(wish, quantity)
    try:
        # Where this fails nothing more is asked of this transaction: it ends with the error that is raised.
        claim = Claim.objects.create(
            wish=wish,
            claimant=actor,
            body=body,
            quantity=part,
            exclusive=not wish.is_shared,
            message=message,
            claimed_at=now,
        )
    except IntegrityError as error:
        raise Conflict(_("已经有人先认领了，谢谢您的热心。"), code="already_claimed") from error
    wish.claimed_at = wish.claimed_at or now
    if wish.is_shared:
        steps.move(wish, Action.CLAIM, steps.portions_of(wish).state)
    else:
        steps.move(wish, Action.CLAIM, State.CLAIMED)
        wish.claimant = actor
    steps.responded(wish, now)
    event = WishClaimed(
        wish_id=wish.pk,
        claim_id=claim.pk,
        claimant_id=actor.pk,
        quantity=part,
        body_id=body.pk if body is not None else None,
    )
    record(event, subject=wish, actor=actor, at=now)
    steps.save(wish)
    return claim


@transaction.atomic
def give_up_claim(*, actor: User, claim: Claim, reason: str, at: datetime | None = None) -> Wish:
    """The claimant cannot help after all; the wish, or this part of it, is open again and the clock goes on.

    `reason` is read by author and handlers. Raises `Invalid` (field "reason"), `NotAllowed`, `Conflict` for a claim
    that is over.
    """
    now = steps.moment(at)
    wish = steps.locked(claim.wish)
    live = wish.claims.filter(pk=claim.pk, state=ClaimState.LIVE).first()
    if claim.claimant_id != actor.pk:
        raise NotAllowed(_("只有认领人自己可以这样做。"))
    if live is None:
        raise Conflict(_("这次认领已经结束了。"), code="claim_over")
    require(actor, Action.GIVE_UP, wish, at=now)
    if live.assigned:
        raise NotAllowed(MUST_TAKE)
    reason = steps.required(reason, field="reason", message=_("请写一句为什么帮不了，许愿人会看到。"))
    drop(wish, live, reason=reason, actor=actor, at=now)
    return steps.save(wish)


@transaction.atomic
def declare_enough(*, actor: User, wish: Wish, reason: str, agreed: bool = False, at: datetime | None = None) -> Wish:
    """What is missing of the goods is not looked for any more (够了); parts that are promised go on.

    The author may say so, or a handler with whom the author has `agreed`. Where every part is done the wish is
    fulfilled with it. `reason` is public. Raises `Invalid` (field "reason" or "agreed"), `NotAllowed`, `Conflict`.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require(actor, Action.ENOUGH, wish, at=now)
    reason = steps.required(reason, field="reason", message=_("请写一句为什么够了，大家会看到。"), longest=200)
    if not agreed and not is_author(actor, wish):
        raise Invalid(_("要先问过许愿人，同意了再这样做。"), code="not_agreed", field="agreed")
    wish.enough_at = now
    record(EnoughDeclared(wish_id=wish.pk, missing=wish.missing), subject=wish, actor=actor, text=reason, at=now)
    settle(wish, Action.ENOUGH, actor=actor, at=now)
    return steps.save(wish)


def drop(wish: Wish, claim: Claim, *, reason: str, actor: User | None, at: datetime) -> None:
    """Ends a live claim of a locked wish as given up and opens again what it held. The caller saves."""
    claim.state, claim.ended_at, claim.end_reason = ClaimState.GIVEN_UP, at, reason
    claim.save()
    event = ClaimGivenUp(wish_id=wish.pk, claim_id=claim.pk, claimant_id=claim.claimant_id, quantity=claim.quantity)
    record(event, subject=wish, actor=actor, at=at)
    if wish.is_shared:
        settle(wish, Action.GIVE_UP, actor=actor, at=at)
    else:
        steps.move(wish, Action.GIVE_UP, State.PUBLISHED)
        wish.claimant = wish.claimed_at = None


def settle(wish: Wish, action: Action, *, actor: User | None, at: datetime) -> None:
    """Puts goods into the state their parts make, after one of them has changed. The caller saves."""
    portions = steps.portions_of(wish)
    if not portions.live and not portions.done:
        # Nobody is left with whom it was enough.
        wish.claimed_at = wish.enough_at = None
    steps.move(wish, action, portions.state)
    if portions.state == State.FULFILLED:
        steps.fulfilled(wish, at=at)
        last = wish.claims.filter(state=ClaimState.DONE).order_by("ended_at", "pk").last()
        assert last is not None
        record(WishFulfilled(wish_id=wish.pk, claim_id=last.pk), subject=wish, actor=actor, at=at)


def live_claims(wish: Wish) -> list[Claim]:
    """The claims in force: one at most of a service, any number of goods."""
    return list(wish.claims.filter(state=ClaimState.LIVE).select_related("claimant", "body"))


def claim_for(actor: User, wish: Wish, chosen: int | None = None) -> Claim:
    """The live claim a step is about: the chosen one, else the actor's own, else the only one.

    Raises `Conflict` where there is none (any more), `Invalid` (field "claim") where one has to be chosen.
    """
    live = live_claims(wish)
    own = [claim for claim in live if claim.claimant_id == actor.pk]
    if chosen is not None:
        live = [claim for claim in live if claim.pk == chosen]
    elif own:
        live = own
    if not live:
        raise Conflict(_("这次认领已经结束了。"), code="claim_over")
    if len(live) > 1:
        raise Invalid(_("请选是哪一份。"), code="required", field="claim")
    return live[0]


def _check_name(actor: User, wish: Wish, body: Body | None, now: datetime) -> None:
    """Raises `NotAllowed` where the actor may not claim in that name."""
    if body is not None:
        if why_not := why_body_may_not(actor, wish, body, now=now):
            raise NotAllowed(why_not)
    elif not names_of(actor, wish, now).own:
        raise NotAllowed(_("请选以哪个组织或单位的名义认领。"))


def _part(wish: Wish, quantity: int | None) -> int | None:
    """How much of the goods a claim is for; None for what is not shared. Raises `Invalid` (field "quantity")."""
    if not wish.is_shared:
        if quantity is not None:
            raise Invalid(_("这个心愿不分份，认领就是全部。"), code="not_shared", field="quantity")
        return None
    part = wish.missing if quantity is None else quantity
    if part < 1:
        raise Invalid(_("请填您认领多少，至少是 1。"), code="range", field="quantity")
    if part > wish.missing:
        words = _("现在只差 {missing} {unit} 了，请改小一点。").format(missing=wish.missing, unit=wish.unit)
        raise Invalid(words, code="more_than_missing", field="quantity")
    return part
