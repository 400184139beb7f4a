"""Who hears of what: each step of a wish told to everybody it concerns, except to whoever took it.

Handlers run after commit, once for each event in effect, and rely on no order among events.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from grids.bodies.queries import people_of
from grids.roles.queries import nearest_holders
from portal.deadlines.events import ClockOverdue, ClockRecomputed, ClockWarned
from portal.deadlines.models import Clock
from portal.notifications.registry import NoticeKind
from portal.notifications.services import notify
from portal.notifications.wording import Value
from portal.outbox.models import Event
from portal.outbox.registry import handles
from wishes.wishes import events, notices
from wishes.wishes.domain import ESCALATION_ROLES, ClaimState, End, State, Urgency
from wishes.wishes.limits import auto_confirm_after
from wishes.wishes.models import Claim, Handover, Question, Rating, Reopening, Wish
from wishes.wishes.services.steps import CLOCK_KIND

SUBJECT = "wishes.wish"


@handles(events.WishSubmitted, name="wishes.tell_author_of_submission")
def on_submitted(event: Event, payload: events.WishSubmitted) -> None:
    """The author hears that the wish has arrived; where a cadre wrote it down, who did."""
    wish = _wish(payload.wish_id)
    if event.actor_id is not None and event.actor_id != wish.author_id and event.actor is not None:
        _tell(event, wish, notices.ENTERED_FOR_YOU, [wish.author_id], who=event.actor.public_name)
    else:
        notify(
            event=event,
            kind=notices.SUBMITTED.key,
            recipients=[wish.author_id],
            params=_params(wish),
            url=wish.get_absolute_url(),
        )


@handles(events.WishDispatched, name="wishes.tell_responsible")
def on_dispatched(event: Event, payload: events.WishDispatched) -> None:
    """The person responsible hears of the wish; urgent ones do not wait for the morning."""
    if payload.responsible_id is None:
        return
    wish = _wish(payload.wish_id)
    kind = notices.ASSIGNED
    if wish.state == State.VERIFYING:
        kind = notices.TO_VERIFY
    elif wish.urgency == Urgency.IMMEDIATE:
        kind = notices.ASSIGNED_URGENT
    _tell(event, wish, kind, [payload.responsible_id], place=_place(wish))


@handles(events.WishReturned, name="wishes.tell_author_of_return")
def on_returned(event: Event, payload: events.WishReturned) -> None:
    wish = _wish(payload.wish_id)
    _tell(event, wish, notices.RETURNED, [wish.author_id, wish.entered_by_id], reason=event.text)


@handles(events.WishPublished, name="wishes.tell_author_of_publication")
def on_published(event: Event, payload: events.WishPublished) -> None:
    wish = _wish(payload.wish_id)
    _tell(event, wish, notices.PUBLISHED, [wish.author_id, wish.entered_by_id])


@handles(events.WishClaimed, name="wishes.tell_of_claim")
def on_claimed(event: Event, payload: events.WishClaimed) -> None:
    wish, claim = _wish(payload.wish_id), _claim(payload.claim_id)
    who = claim.public_name
    author = [wish.author_id, wish.entered_by_id]
    if payload.quantity is None:
        _tell(event, wish, notices.CLAIMED, author, who=who, message=claim.message)
        _tell(event, wish, notices.CLAIMED_STAFF, [wish.responsible_id], who=who)
        return
    part = _amount(wish, payload.quantity)
    _tell(event, wish, notices.CLAIMED_PART, author, who=who, part=part, message=claim.message)
    _tell(event, wish, notices.CLAIMED_PART_STAFF, [wish.responsible_id], who=who, part=part)


@handles(events.WishAssigned, name="wishes.tell_of_assignment")
def on_assigned(event: Event, payload: events.WishAssigned) -> None:
    """The Party organisation hears that it answers for the wish; its author that somebody does."""
    wish, claim = _wish(payload.wish_id), _claim(payload.claim_id)
    assert claim.body is not None
    acting = [claim.claimant_id, *(person.pk for person in people_of(claim.body))]
    who = claim.public_name
    _tell(event, wish, notices.ASSIGNED_TO_BODY, acting, who=who)
    _tell(event, wish, notices.TAKEN_BY_PARTY, [wish.author_id, wish.entered_by_id, wish.responsible_id], who=who)


@handles(events.ClaimGivenUp, name="wishes.tell_of_given_up_claim")
def on_given_up(event: Event, payload: events.ClaimGivenUp) -> None:
    wish, claim = _wish(payload.wish_id), _claim(payload.claim_id)
    people = [wish.author_id, wish.entered_by_id, wish.responsible_id]
    _tell(event, wish, notices.GIVEN_UP, people, reason=claim.end_reason)


@handles(events.PartFulfilled, name="wishes.tell_of_fulfilled_part")
def on_part_fulfilled(event: Event, payload: events.PartFulfilled) -> None:
    """One of several is done; the wish goes on."""
    wish, claim = _wish(payload.wish_id), _claim(payload.claim_id)
    people = [wish.author_id, wish.entered_by_id, wish.responsible_id, claim.claimant_id]
    part = _amount(wish, payload.quantity)
    _tell(event, wish, notices.PART_FULFILLED, people, who=claim.public_name, part=part)


@handles(events.EnoughDeclared, name="wishes.tell_of_enough")
def on_enough(event: Event, payload: events.EnoughDeclared) -> None:
    wish = _wish(payload.wish_id)
    people = [wish.author_id, wish.entered_by_id, wish.responsible_id, *_helpers(wish)]
    _tell(event, wish, notices.ENOUGH, people, reason=event.text)


@handles(events.WishFulfilled, name="wishes.tell_of_fulfilment")
def on_fulfilled(event: Event, payload: events.WishFulfilled) -> None:
    wish = _wish(payload.wish_id)
    days = str(auto_confirm_after(wish.territory).days) if wish.territory else ""
    _tell(event, wish, notices.FULFILLED, [wish.author_id, wish.entered_by_id], days=days)
    _tell(event, wish, notices.FULFILLED_STAFF, [wish.responsible_id, *_helpers(wish)])


@handles(events.WishConfirmed, name="wishes.tell_of_rating")
def on_confirmed(event: Event, payload: events.WishConfirmed) -> None:
    wish = _wish(payload.wish_id)
    rating = Rating.objects.get(pk=payload.rating_id)
    _tell(
        event,
        wish,
        notices.RATED,
        [*_helpers(wish), wish.responsible_id, wish.entered_by_id],
        speed=str(payload.speed),
        attitude=str(payload.attitude),
        result=str(payload.result),
        comment=rating.comment,
    )


@handles(events.WishAutoConfirmed, name="wishes.tell_of_auto_confirmation")
def on_auto_confirmed(event: Event, payload: events.WishAutoConfirmed) -> None:
    wish = _wish(payload.wish_id)
    _tell(event, wish, notices.AUTO_CONFIRMED, [wish.author_id, *_helpers(wish), wish.responsible_id])


@handles(events.WishReopened, name="wishes.tell_of_reopening")
def on_reopened(event: Event, payload: events.WishReopened) -> None:
    wish = _wish(payload.wish_id)
    reopening = Reopening.objects.filter(wish=wish)[payload.times - 1 : payload.times].first()
    people = [*_helpers(wish), wish.responsible_id, wish.author_id, wish.entered_by_id]
    _tell(event, wish, notices.REOPENED, people, reason=reopening.reason if reopening else "")


@handles(events.WishCannotBeDone, name="wishes.tell_of_cannot_be_done")
def on_cannot_be_done(event: Event, payload: events.WishCannotBeDone) -> None:
    wish = _wish(payload.wish_id)
    _tell(event, wish, notices.CANNOT_BE_DONE, [wish.author_id, wish.entered_by_id], reason=event.text)
    _tell_helpers(event, wish)


@handles(events.WishNotOurs, name="wishes.tell_of_referral")
def on_not_ours(event: Event, payload: events.WishNotOurs) -> None:
    wish = _wish(payload.wish_id)
    _tell(event, wish, notices.NOT_OURS, [wish.author_id, wish.entered_by_id], reason=event.text)
    _tell_helpers(event, wish)


@handles(events.WishDuplicate, name="wishes.tell_of_duplicate")
def on_duplicate(event: Event, payload: events.WishDuplicate) -> None:
    wish, other = _wish(payload.wish_id), _wish(payload.of_id)
    _tell(event, wish, notices.DUPLICATE, [wish.author_id, wish.entered_by_id], other=other.number)
    _tell_helpers(event, wish)


@handles(events.WishDeclined, name="wishes.tell_of_refusal")
def on_declined(event: Event, payload: events.WishDeclined) -> None:
    wish = _wish(payload.wish_id)
    _tell(event, wish, notices.DECLINED, [wish.author_id, wish.entered_by_id], reason=event.text)
    _tell_helpers(event, wish)


@handles(events.WishWithdrawn, name="wishes.tell_of_withdrawal")
def on_withdrawn(event: Event, payload: events.WishWithdrawn) -> None:
    wish = _wish(payload.wish_id)
    people = [*_helpers(wish), wish.responsible_id, wish.entered_by_id, wish.author_id]
    _tell(event, wish, notices.WITHDRAWN, people)


@handles(events.ResidentAsked, name="wishes.tell_author_of_question")
def on_asked(event: Event, payload: events.ResidentAsked) -> None:
    wish = _wish(payload.wish_id)
    question = Question.objects.get(pk=payload.question_id)
    _tell(event, wish, notices.ASKED, [wish.author_id, wish.entered_by_id], question=question.text)


@handles(events.ResidentAnswered, name="wishes.tell_of_answer")
def on_answered(event: Event, payload: events.ResidentAnswered) -> None:
    wish = _wish(payload.wish_id)
    question = Question.objects.get(pk=payload.question_id)
    people = [question.asked_by_id, wish.responsible_id, *_helpers(wish)]
    _tell(event, wish, notices.ANSWERED, people, answer=question.answer)


@handles(events.WishExtended, name="wishes.tell_of_extension")
def on_extended(event: Event, payload: events.WishExtended) -> None:
    wish = _wish(payload.wish_id)
    due = payload.due_after or ""
    people = [wish.author_id, wish.entered_by_id, *_helpers(wish), wish.responsible_id]
    _tell(event, wish, notices.EXTENDED, people, reason=event.text, due=due)


@handles(events.WishTransferred, name="wishes.tell_of_transfer")
def on_transferred(event: Event, payload: events.WishTransferred) -> None:
    wish = _wish(payload.wish_id)
    _tell(event, wish, notices.ASSIGNED, [payload.to_id], place=_place(wish))
    who = wish.responsible.public_name if wish.responsible else ""
    people = [wish.author_id, *_helpers(wish), payload.from_id]
    if payload.handover_id is not None:
        people.append(Handover.objects.values_list("opened_by", flat=True).get(pk=payload.handover_id))
    _tell(event, wish, notices.TRANSFERRED, people, who=who)


@handles(events.ContactRevealed, name="wishes.tell_author_of_look")
def on_revealed(event: Event, payload: events.ContactRevealed) -> None:
    wish = _wish(payload.wish_id)
    who = event.actor.public_name if event.actor else ""
    _tell(event, wish, notices.REVEALED, [wish.author_id], who=who, reason=event.text)


@handles(ClockWarned, name="wishes.warn_before_due")
def on_warned(event: Event, payload: ClockWarned) -> None:
    """75 % of the time is used: those who can still make it hear of it."""
    if not _is_about_wish(payload):
        return
    wish = _wish(payload.subject_id)
    due = wish.due_at or ""
    _tell(event, wish, notices.DUE_SOON, [wish.responsible_id, *_busy(wish)], due=due)


@handles(ClockOverdue, name="wishes.escalate")
def on_overdue(event: Event, payload: ClockOverdue) -> None:
    """Overdue goes up: grid, then community, then street. Whoever was responsible stays so until another accepts."""
    if not _is_about_wish(payload):
        return
    wish = _follow_clock(payload.subject_id, payload.clock_id)
    due = wish.due_at or ""
    above = nearest_holders(ESCALATION_ROLES[payload.level], wish.territory) if wish.territory else []
    people = [wish.responsible_id, *_busy(wish), *(user.pk for user in above)]
    _tell(event, wish, notices.OVERDUE, people, due=due)
    _tell(event, wish, notices.OVERDUE_AUTHOR, [wish.author_id])


@handles(ClockRecomputed, name="wishes.follow_recomputed_clock")
def on_recomputed(event: Event, payload: ClockRecomputed) -> None:
    """The calendar changed: the due time beside the wish follows its clock."""
    if _is_about_wish(payload):
        _follow_clock(payload.subject_id, payload.clock_id)


def _is_about_wish(payload: ClockWarned | ClockOverdue | ClockRecomputed) -> bool:
    return payload.subject_type == SUBJECT and payload.kind == CLOCK_KIND


def _follow_clock(wish_id: int, clock_id: int) -> Wish:
    """Copies due time and escalation from the clock as it is now, whatever order events arrive in."""
    Wish.objects.select_for_update(of=("self",)).get(pk=wish_id)
    clock = Clock.objects.get(pk=clock_id)
    Wish.objects.filter(pk=wish_id).update(due_at=clock.due_at, escalation=clock.escalation)
    return _wish(wish_id)


def _tell_helpers(event: Event, wish: Wish) -> None:
    """Those who worked on it hear how it ended."""
    _tell(
        event,
        wish,
        notices.OVER_FOR_HELPERS,
        [*_helpers(wish), wish.responsible_id],
        end=End(wish.end).label,
        reason=event.text,
    )


def _tell(event: Event, wish: Wish, kind: NoticeKind, people: Iterable[int | None], **params: Value) -> None:
    recipients = dict.fromkeys(pk for pk in people if pk is not None and pk != event.actor_id)
    if recipients:
        notify(
            event=event,
            kind=kind.key,
            recipients=list(recipients),
            params=_params(wish) | params,
            url=wish.get_absolute_url(),
        )


def _helpers(wish: Wish) -> list[int]:
    """Everybody whose claim counts, or ended with the wish; nobody who gave up."""
    counted = wish.claims.exclude(state=ClaimState.GIVEN_UP).filter(claimant__is_active=True)
    return list(counted.values_list("claimant_id", flat=True))


def _busy(wish: Wish) -> list[int]:
    """Those who are still at it."""
    return list(wish.claims.filter(state=ClaimState.LIVE).values_list("claimant_id", flat=True))


def _amount(wish: Wish, quantity: int) -> str:
    return f"{quantity} {wish.unit}"


def _params(wish: Wish) -> dict[str, str]:
    return {"title": wish.title, "number": wish.number}


def _place(wish: Wish) -> Value:
    return " ".join(part for part in (str(wish.territory or ""), wish.place) if part) or _("没写地点")


def _wish(pk: int) -> Wish:
    wish: Wish = Wish.objects.select_related("territory", "author", "responsible", "claimant").get(pk=pk)
    return wish


def _claim(pk: int) -> Claim:
    return Claim.objects.select_related("claimant", "body").get(pk=pk)
