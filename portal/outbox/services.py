"""Recording what happened, and telling the handlers."""

from __future__ import annotations

import hashlib
import json
import logging
import random
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.columns import Columns
from portal.errors import Conflict
from portal.outbox import wake
from portal.outbox.events import DeliveryRetried
from portal.outbox.models import Delivery, Event, EventText, Unsealed, subject_type
from portal.outbox.registry import Payload, Visibility, encode, handler, handlers_of, type_of

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
AT_ONCE = 1000
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)


class OutsideTransaction(RuntimeError):
    """An event was recorded outside of a transaction: the fact and the change it tells of could come apart."""


def record(
    payload: Payload,
    *,
    subject: models.Model,
    actor: User | None = None,
    on_behalf_of: User | None = None,
    text: str = "",
    visibility: Visibility | None = None,
    at: datetime | None = None,
) -> Event:
    """Write down that something happened, in the caller's transaction, and let its handlers run after commit.

    `text` is free words (a reason, a note), stored apart so that they can be erased. `visibility` is the type's own
    unless given. `at` is when it happened, now unless given. Raises OutsideTransaction, UnknownEventType, PayloadError.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{type(payload).__name__} is recorded outside of a transaction.")
    entry = type_of(payload)
    salt = secrets.token_hex(16) if text else ""
    event = Event(
        type=entry.key,
        payload=encode(payload),
        subject_type=subject_type(subject),
        subject_id=subject.pk,
        actor=actor,
        on_behalf_of=on_behalf_of,
        visibility=visibility or entry.visibility,
        text_digest=text_digest(salt, text) if text else "",
        occurred_at=at or timezone.now(),
    )
    heard_by = [each.name for each in handlers_of(payload)]
    _write(event, heard_by)
    if text:
        EventText.objects.create(event=event, text=text, salt=salt)
    if heard_by:
        wake.after_commit()
    return event


# Every change of anything comes through here, several times in one request: one statement instead of three.
_WRITE = """
WITH written AS (
    INSERT INTO portal_event (
        type, payload, subject_type, subject_id, actor_id, on_behalf_of_id, visibility, text_digest, occurred_at
    ) VALUES (%s, %s::jsonb, %s, %s, %s, %s, %s, %s, %s) RETURNING id, recorded_at
), unsealed AS (
    INSERT INTO portal_unsealed (event_id) SELECT id FROM written
), deliveries AS (
    INSERT INTO portal_delivery (event_id, handler, state, attempts, next_attempt_at, last_error)
    SELECT written.id, heard.by, %s, 0, %s, '' FROM written, unnest(%s::text[]) WITH ORDINALITY AS heard (by, place)
    ORDER BY heard.place
)
SELECT id, recorded_at FROM written
"""


def _write(event: Event, heard_by: list[str]) -> None:
    """The event, that it waits for its seal, and who has to hear of it."""
    values = [
        *(event.type, json.dumps(event.payload), event.subject_type, event.subject_id),
        *(event.actor_id, event.on_behalf_of_id, str(event.visibility), event.text_digest, event.occurred_at),
        *(str(Delivery.State.PENDING), timezone.now(), heard_by),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, values)
        event.pk, event.recorded_at = cursor.fetchone()
    event._state.adding, event._state.db = False, connection.alias


def audit(
    payload: Payload,
    *,
    subject: models.Model,
    actor: User | None = None,
    on_behalf_of: User | None = None,
    text: str = "",
    at: datetime | None = None,
) -> Event:
    """`record` an event that only the audit administrator reads."""
    return record(
        payload,
        subject=subject,
        actor=actor,
        on_behalf_of=on_behalf_of,
        text=text,
        visibility=Visibility.AUDIT,
        at=at,
    )


@dataclass(frozen=True)
class Fact:
    """One of many things that happened at once, as `record` is told of it."""

    payload: Payload
    subject: models.Model
    on_behalf_of: User | None = None
    text: str = ""


def record_many(
    facts: Sequence[Fact], *, actor: User | None, at: datetime | None = None, told_at: datetime | None = None
) -> None:
    """`record` for thousands of facts, in a handful of statements.

    Handlers hear of them no earlier than `told_at`: what is taken back until then, nobody was told of.
    Raises OutsideTransaction, UnknownEventType, PayloadError.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction("Events are recorded outside of a transaction.")
    now = timezone.now()
    events, salts = [], []
    for fact in facts:
        entry, salt = type_of(fact.payload), secrets.token_hex(16) if fact.text else ""
        salts.append(salt)
        events.append(
            Event(
                type=entry.key,
                payload=encode(fact.payload),
                subject_type=subject_type(fact.subject),
                subject_id=fact.subject.pk,
                actor=actor,
                on_behalf_of=fact.on_behalf_of,
                visibility=entry.visibility,
                text_digest=text_digest(salt, fact.text) if fact.text else "",
                occurred_at=at or now,
            )
        )
    Event.objects.bulk_create(events, batch_size=AT_ONCE)
    Unsealed.objects.bulk_create([Unsealed(event=event) for event in events], batch_size=AT_ONCE)
    told = list(zip(facts, events, salts, strict=True))
    texts = [EventText(event=event, text=fact.text, salt=salt) for fact, event, salt in told if fact.text]
    EventText.objects.bulk_create(texts, batch_size=AT_ONCE)
    due = told_at or now
    heard = [(event, each.name) for fact, event, _salt in told for each in handlers_of(fact.payload)]
    deliveries = [Delivery(event=event, handler=name, next_attempt_at=due) for event, name in heard]
    Delivery.objects.bulk_create(deliveries, batch_size=AT_ONCE)
    if deliveries and due <= now:
        wake.after_commit()


def text_digest(salt: str, text: str) -> str:
    """Fingerprint of an event's words. The salt goes when the words go, so they can not be guessed back from it."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def erase_texts(events: models.QuerySet[Event]) -> int:
    """Erase the free words of these events for good; the events stay, and the audit chain stays whole."""
    count, _per_model = EventText.objects.filter(event__in=events).delete()
    return count


def drain(*, at: datetime | None = None) -> int:
    """Run every delivery that is due, also those that the handlers' own events add; return how many handlers ran.

    For tests and the demo: an error in a handler is raised here, and its delivery stays pending.
    `at` is the moment that counts as now; deliveries waiting for a later attempt stay.
    """
    count = 0
    while _run_next(now=at or timezone.now(), strict=True):
        count += 1
    return count


def relay(*, seconds: float) -> bool:
    """Run due deliveries until none is left or the time is over; return whether there may be more.

    Any number of relays may run at once: each takes the next delivery that nobody holds. One handler is offered its
    events by event id as far as possible, but a failed one waits without holding up the next: handlers do not rely
    on order.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not _run_next(now=timezone.now(), strict=False):
            return False
    return True


@transaction.atomic
def retry_delivery(*, actor: User, delivery: Delivery, now: datetime | None = None) -> None:
    """Give a dead delivery a fresh set of attempts; written to the audit log. Raises Conflict when it is not dead."""
    locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if locked.state != Delivery.State.DEAD:
        raise Conflict(_("这条投递没有停下，不用重试。"), code="delivery_not_dead")
    locked.state = Delivery.State.PENDING
    locked.attempts = 0
    locked.next_attempt_at = now or timezone.now()
    locked.save(update_fields=["state", "attempts", "next_attempt_at"])
    audit(DeliveryRetried(delivery_id=locked.pk, handler=locked.handler), subject=locked, actor=actor, at=now)
    wake.after_commit()


@transaction.atomic
def _run_next(*, now: datetime, strict: bool) -> bool:
    """Take one due delivery that nobody holds and run it; False when there is none.

    The handler runs in a savepoint of the transaction that marks its row: when the process dies, both are undone.
    """
    delivery = _claim(now)
    if delivery is None:
        return False
    try:
        with transaction.atomic():
            found = handler(delivery.handler)
            found.function(delivery.event, delivery.event.payload_object)
    except Exception as error:
        if strict:
            raise
        logger.exception("Handler %s failed on event %s", delivery.handler, delivery.event_id)
        _put_off(delivery, error, now)
    else:
        _mark_done(delivery, now)
    return True


_DELIVERY = Columns(Delivery, "delivery")
_EVENT = Columns(Event, "event", without=("payload",))
# Asked once for each delivery and once more to find that none is left.
_NEXT = f"""
SELECT event.payload::text, {_EVENT.sql}, {_DELIVERY.sql}
FROM portal_delivery delivery JOIN portal_event event ON event.id = delivery.event_id
WHERE delivery.state = '{Delivery.State.PENDING}' AND delivery.next_attempt_at <= %s
ORDER BY delivery.event_id, delivery.id LIMIT 1
FOR UPDATE OF delivery SKIP LOCKED
"""  # noqa: S608 (names of columns)
_DONE = f"UPDATE portal_delivery SET state = '{Delivery.State.DONE}', done_at = %s WHERE id = %s"  # noqa: S608


def _claim(now: datetime) -> Delivery | None:
    """The next due delivery that nobody holds, with its event."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [now])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    payload = json.loads(next(values))
    event, delivery = _EVENT.take(values), _DELIVERY.take(values)
    assert event is not None
    assert delivery is not None
    event.payload, delivery.event = payload, event
    return delivery


def _mark_done(delivery: Delivery, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [now, delivery.pk])


def _put_off(delivery: Delivery, error: Exception, now: datetime) -> None:
    """Try again later, each time later than before; after the last attempt a person has to look."""
    delivery.attempts += 1
    # Only the kind of error: its message may quote what a person wrote.
    delivery.last_error = f"{type(error).__module__}.{type(error).__qualname__}"[:300]
    delivery.next_attempt_at = now + backoff(delivery.attempts)
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.state = Delivery.State.DEAD
    delivery.save(update_fields=["attempts", "last_error", "next_attempt_at", "state"])


def backoff(attempts: int) -> timedelta:
    """How long to wait after this many failures: doubling from five seconds to an hour, spread by up to a fifth."""
    delay: timedelta = min(FIRST_DELAY * 2 ** min(attempts - 1, 20), LONGEST_DELAY)
    spread: float = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing
    return delay * spread
