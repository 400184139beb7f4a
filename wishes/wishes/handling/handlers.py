"""Who hears of what while it is settled who answers for a wish."""

from portal.outbox.models import Event
from portal.outbox.registry import handles
from wishes.wishes.domain import HandoverKind, HandoverState, Urgency
from wishes.wishes.handling import events, notices
from wishes.wishes.handling.telling import nearest_above, tell, wish_of
from wishes.wishes.models import Handover, Wish


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
