"""Who hears of what is settled around a wish, and what a rating or its absence sets going."""

from django.urls import reverse

from grids.roles.domain import Role
from grids.roles.queries import holders, nearest_holders
from portal.outbox.models import Event
from portal.outbox.registry import handles
from wishes.wishes.domain import AppealState, CallbackCause, CallbackState, HandoverKind, HandoverState, Stars, Urgency
from wishes.wishes.events import WishAutoConfirmed, WishConfirmed
from wishes.wishes.handling import events, notices
from wishes.wishes.handling.appeals import DECIDING_ROLES
from wishes.wishes.handling.callbacks import CALLING_ROLES
from wishes.wishes.handling.telling import nearest_above, tell, wish_of
from wishes.wishes.models import Appeal, Callback, Handover, Referral, Wish
from wishes.wishes.services.callbacks import ask_for_callback


@handles(events.ObjectionRaised, name="wishes.tell_of_objection")
def on_objection(event: Event, payload: events.ObjectionRaised) -> None:
    """The level above hears that it has to decide; whoever is proposed, that they are asked."""
    wish, handover = wish_of(payload.wish_id), _handover(payload.handover_id)
    who = handover.opened_by.public_name
    deciders = [pk for pk in _deciders(wish, handover) if pk != payload.proposed_id]
    tell(event, wish, notices.OBJECTED, deciders, who=who, reason=handover.reason)
    _offer(event, wish, payload.proposed_id, who=who, reason=handover.reason)


@handles(events.HandoverOffered, name="wishes.tell_of_offer")
def on_offered(event: Event, payload: events.HandoverOffered) -> None:
    """Who is asked to take the wish; urgent ones do not wait for the morning."""
    wish = wish_of(payload.wish_id)
    who = event.actor.public_name if event.actor else ""
    _offer(event, wish, payload.proposed_id, who=who, reason=event.text)


@handles(events.HandoverRefused, name="wishes.tell_of_handover_refused")
def on_refused(event: Event, payload: events.HandoverRefused) -> None:
    """Who asked, who goes on being responsible, and of an objection those who decide it."""
    wish, handover = wish_of(payload.wish_id), _handover(payload.handover_id)
    people = [handover.opened_by_id, wish.responsible_id]
    if handover.state == HandoverState.OPEN:
        people += _deciders(wish, handover)
    who = event.actor.public_name if event.actor else ""
    tell(event, wish, notices.REFUSED, people, who=who, reason=event.text)


@handles(events.HandoverWithdrawn, name="wishes.tell_of_handover_withdrawn")
def on_withdrawn(event: Event, payload: events.HandoverWithdrawn) -> None:
    wish, handover = wish_of(payload.wish_id), _handover(payload.handover_id)
    deciders = _deciders(wish, handover) if handover.kind == HandoverKind.OBJECTION else []
    tell(event, wish, notices.WITHDRAWN, [handover.proposed_id, *deciders])


@handles(events.ObjectionDismissed, name="wishes.tell_of_objection_dismissed")
def on_dismissed(event: Event, payload: events.ObjectionDismissed) -> None:
    wish, handover = wish_of(payload.wish_id), _handover(payload.handover_id)
    people = [handover.opened_by_id, handover.holder_id, handover.proposed_id]
    tell(event, wish, notices.DISMISSED, people, reason=event.text)


@handles(events.HandoverReminded, name="wishes.remind_of_handover")
def on_reminded(event: Event, payload: events.HandoverReminded) -> None:
    """Who is asked, and who can bring it to an end: the level above, or whoever offered the wish."""
    wish, handover = wish_of(payload.wish_id), _handover(payload.handover_id)
    if handover.state != HandoverState.OPEN:
        return
    others = _deciders(wish, handover) if handover.kind == HandoverKind.OBJECTION else [handover.opened_by_id]
    tell(event, wish, notices.WAITING, [handover.proposed_id, *others])


def _offer(event: Event, wish: Wish, proposed: int | None, *, who: str, reason: str) -> None:
    kind = notices.OFFERED_URGENT if wish.urgency == Urgency.IMMEDIATE else notices.OFFERED
    tell(event, wish, kind, [proposed], who=who, reason=reason)


def _deciders(wish: Wish, handover: Handover) -> list[int]:
    involved = (handover.opened_by_id, handover.holder_id)
    return [user.pk for user in nearest_above(wish, handover.seat_level, leave_out=involved)]


def _handover(pk: int) -> Handover:
    return Handover.objects.select_related("opened_by").get(pk=pk)


# -- call-backs --------------------------------------------------------------------------------------------------------
@handles(WishConfirmed, name="wishes.call_back_after_low_rating")
def on_rated(event: Event, payload: WishConfirmed) -> None:
    """Few stars: somebody asks the resident what went wrong."""
    if Stars(payload.speed, payload.attitude, payload.result).is_low:
        ask_for_callback(wish=wish_of(payload.wish_id), cause=CallbackCause.LOW_RATING, at=event.occurred_at)


@handles(WishAutoConfirmed, name="wishes.call_back_without_rating")
def on_no_rating(event: Event, payload: WishAutoConfirmed) -> None:
    """No answer at all: somebody asks whether it was done."""
    ask_for_callback(wish=wish_of(payload.wish_id), cause=CallbackCause.NO_RATING, at=event.occurred_at)


@handles(events.CallbackAsked, name="wishes.tell_of_callback")
def on_callback_asked(event: Event, payload: events.CallbackAsked) -> None:
    wish = wish_of(payload.wish_id)
    cause = CallbackCause(payload.cause).label
    tell(event, wish, notices.CALLBACK_ASKED, _callers(wish), url=reverse("wish_callbacks"), cause=cause)


@handles(events.CallbackReminded, name="wishes.remind_of_callback")
def on_callback_late(event: Event, payload: events.CallbackReminded) -> None:
    wish = wish_of(payload.wish_id)
    if Callback.objects.filter(pk=payload.callback_id, state=CallbackState.WAITING).exists():
        tell(event, wish, notices.CALLBACK_LATE, _callers(wish), url=reverse("wish_callbacks"))


@handles(events.CallbackEnded, name="wishes.tell_of_callback_result")
def on_callback_ended(event: Event, payload: events.CallbackEnded) -> None:
    """Where the resident is not satisfied and the turns are used up, the secretary sees to it."""
    if payload.outcome != CallbackState.UNSATISFIED:
        return
    wish = wish_of(payload.wish_id)
    call = Callback.objects.get(pk=payload.callback_id).calls.last()
    assert wish.territory is not None
    secretaries = nearest_holders({Role.COMMUNITY_SECRETARY}, wish.territory)
    tell(event, wish, notices.CALLBACK_UNSATISFIED, [one.pk for one in secretaries], reason=call.note if call else "")


def _callers(wish: Wish) -> list[int]:
    """The community's own people who had no part in it; where all had, whoever is above."""
    assert wish.territory is not None
    involved = {wish.responsible_id, wish.claimant_id, wish.author_id}
    nearest = [user.pk for user in nearest_holders(CALLING_ROLES, wish.territory) if user.pk not in involved]
    return nearest or [user.pk for user in holders(CALLING_ROLES, wish.territory) if user.pk not in involved]


# -- referrals ---------------------------------------------------------------------------------------------------------
@handles(events.ReferralAnswered, name="wishes.tell_of_referral_answer")
def on_referral_answered(event: Event, payload: events.ReferralAnswered) -> None:
    """The author and who referred it; followers hear of it as of any public step of the wish."""
    wish, referral = wish_of(payload.wish_id), _referral(payload.referral_id)
    people = [wish.author_id, wish.entered_by_id, referral.referred_by_id]
    tell(event, wish, notices.REFERRAL_ANSWERED, people, body=referral.body.name, answer=referral.answer)


@handles(events.ReferralReminded, name="wishes.remind_of_referral")
def on_referral_late(event: Event, payload: events.ReferralReminded) -> None:
    wish, referral = wish_of(payload.wish_id), _referral(payload.referral_id)
    people = [referral.referred_by_id, wish.responsible_id]
    tell(event, wish, notices.REFERRAL_LATE, people, body=referral.body.name)


def _referral(pk: int) -> Referral:
    return Referral.objects.select_related("body").get(pk=pk)


# -- appeals -----------------------------------------------------------------------------------------------------------
@handles(events.AppealOpened, name="wishes.tell_of_appeal")
def on_appeal(event: Event, payload: events.AppealOpened) -> None:
    wish, appeal = wish_of(payload.wish_id), _appeal(payload.appeal_id)
    tell(event, wish, notices.APPEALED, _appeal_deciders(wish, appeal), url=_appeal_url(appeal), reason=appeal.reason)


@handles(events.AppealReminded, name="wishes.remind_of_appeal")
def on_appeal_late(event: Event, payload: events.AppealReminded) -> None:
    wish, appeal = wish_of(payload.wish_id), _appeal(payload.appeal_id)
    if appeal.state == AppealState.OPEN:
        tell(event, wish, notices.APPEAL_LATE, _appeal_deciders(wish, appeal), url=_appeal_url(appeal))


@handles(events.AppealUpheld, name="wishes.tell_of_appeal_upheld")
def on_appeal_upheld(event: Event, payload: events.AppealUpheld) -> None:
    wish, appeal = wish_of(payload.wish_id), _appeal(payload.appeal_id)
    people = [appeal.appellant_id, appeal.first_decider_id, wish.responsible_id]
    tell(event, wish, notices.APPEAL_UPHELD, people, reason=appeal.decision)


@handles(events.AppealDismissed, name="wishes.tell_of_appeal_dismissed")
def on_appeal_dismissed(event: Event, payload: events.AppealDismissed) -> None:
    wish, appeal = wish_of(payload.wish_id), _appeal(payload.appeal_id)
    tell(event, wish, notices.APPEAL_DISMISSED, [appeal.appellant_id], reason=appeal.decision)


def _appeal_deciders(wish: Wish, appeal: Appeal) -> list[int]:
    """Whoever is nearest and has not decided it before; where that is nobody, everybody above."""
    assert wish.territory is not None
    unwanted = {appeal.first_decider_id, appeal.appellant_id}
    nearest = [user.pk for user in nearest_holders(DECIDING_ROLES, wish.territory) if user.pk not in unwanted]
    return nearest or [user.pk for user in holders(DECIDING_ROLES, wish.territory) if user.pk not in unwanted]


def _appeal(pk: int) -> Appeal:
    return Appeal.objects.get(pk=pk)


def _appeal_url(appeal: Appeal) -> str:
    return reverse("wish_appeal", args=[appeal.pk])
