"""Calling residents back (回访) who gave few stars or none, so that silence is not taken for consent."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Conflict, Invalid
from portal.outbox.services import record
from wishes.wishes.domain import CallbackCause, CallbackState, CallOutcome, End, State
from wishes.wishes.events import ContactRevealed
from wishes.wishes.handling.callbacks import require_caller
from wishes.wishes.handling.events import CallbackAsked, CallbackEnded, CallbackReminded
from wishes.wishes.limits import CALLBACK_AGAIN_HOURS, CALLBACK_LIMIT, CALLBACK_TRIES, count_of, due_after, reopen_rule
from wishes.wishes.models import Call, Callback, Wish
from wishes.wishes.services import steps
from wishes.wishes.services.contact import Contact, real_contact
from wishes.wishes.services.fulfilment import reopen


@transaction.atomic
def ask_for_callback(*, wish: Wish, cause: CallbackCause, at: datetime) -> Callback | None:
    """Puts the wish into the queue of call-backs, once for each time it was handled.

    None where nobody is to be called: it was reopened meanwhile, or its author has left.
    """
    wish = steps.locked(wish)
    if wish.state != State.CLOSED or wish.end != End.FULFILLED or wish.author.erased_at or wish.territory is None:
        return None
    due = due_after(CALLBACK_LIMIT, wish.territory, at)
    callback, is_new = Callback.objects.get_or_create(
        wish=wish,
        round=wish.reopen_count,
        defaults={"cause": cause, "path": wish.path, "opened_at": at, "due_at": due, "remind_at": due},
    )
    if is_new:
        record(CallbackAsked(wish_id=wish.pk, callback_id=callback.pk, cause=cause.value), subject=wish, at=at)
    return callback


@transaction.atomic
def look_up_phone(*, actor: User, wish: Wish, at: datetime | None = None) -> Contact:
    """The resident's contact, for the call. The look is written down and the resident can read it.

    Raises `NotAllowed`, `Conflict` where nobody waits for a call.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require_caller(actor, wish)
    waiting_callback(wish)
    record(ContactRevealed(wish_id=wish.pk, viewer_id=actor.pk), subject=wish, actor=actor, text=_("电话回访"), at=now)
    return real_contact(wish)


@transaction.atomic
def record_call(
    *, actor: User, wish: Wish, outcome: CallOutcome, note: str = "", at: datetime | None = None
) -> Callback:
    """Writes down what came of a call.

    Not done yet reopens the wish in the resident's place, however late we called; where it was reopened as often as
    can be, the secretary hears of it. Nobody there is tried again, a few times. Raises `Invalid` (field "note"),
    `NotAllowed`, `Conflict`.
    """
    now = steps.moment(at)
    wish = steps.locked(wish)
    require_caller(actor, wish)
    callback = waiting_callback(wish)
    note = steps.optional(note, field="note")
    if outcome == CallOutcome.NOT_DONE and not note:
        raise Invalid(_("请写下居民说哪里还没办好。"), code="required", field="note")
    Call.objects.create(callback=callback, caller=actor, outcome=outcome, note=note, called_at=now)
    callback.tries += 1
    if outcome == CallOutcome.UNREACHED and callback.tries < count_of(CALLBACK_TRIES, wish.territory, 3):
        callback.due_at = now + timedelta(hours=count_of(CALLBACK_AGAIN_HOURS, wish.territory, 24))
        callback.remind_at = callback.due_at
        callback.save()
        return callback
    turns_left = reopen_rule(wish.territory).has_left(reopen_count=wish.reopen_count)
    callback.state = {
        CallOutcome.SATISFIED: CallbackState.SATISFIED,
        CallOutcome.UNREACHED: CallbackState.UNREACHED,
        CallOutcome.NOT_DONE: CallbackState.REOPENED if turns_left else CallbackState.UNSATISFIED,
    }[outcome]
    callback.done_by, callback.done_at, callback.remind_at = actor, now, None
    callback.save()
    ended = CallbackEnded(wish_id=wish.pk, callback_id=callback.pk, cause=callback.cause, outcome=callback.state)
    record(ended, subject=wish, actor=actor, at=now)
    if callback.state == CallbackState.REOPENED:
        reopen(wish, actor=actor, reason=note, on_behalf_of=wish.author, at=now)
    return callback


@transaction.atomic
def remind_of_callback(*, callback: Callback, at: datetime | None = None) -> bool:
    """The community hears of a call-back that is late, once a day. False where it is not, or no longer, due."""
    now = steps.moment(at)
    found = Callback.objects.select_for_update(of=("self",)).select_related("wish").get(pk=callback.pk)
    if found.remind_at is None or found.remind_at > now:
        return False
    found.reminders += 1
    found.remind_at = now + timedelta(days=1)
    found.save(update_fields=["reminders", "remind_at"])
    record(CallbackReminded(wish_id=found.wish_id, callback_id=found.pk), subject=found.wish, at=now)
    return True


def waiting_callback(wish: Wish) -> Callback:
    """The call-back that is owed. Raises `Conflict` where none is."""
    found: Callback | None = wish.callbacks.filter(state=CallbackState.WAITING).first()
    if found is None:
        raise Conflict(_("这件事不用回访了。"), code="no_callback")
    return found
