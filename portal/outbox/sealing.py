"""The audit chain: each event is sealed once, with a digest over its row and over the seal before it.

Whoever changes, removes, inserts or reorders rows behind the portal's back would have to compute every later seal
anew, and could still not match a head that was written down elsewhere (`verify_audit --expect`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from portal.outbox.models import Event, Seal, Unsealed
from portal.outbox.services import text_digest

FIRST = "0" * 64
BATCH = 1000
# Held by the one sealer at work; the number says nothing, it only has to be its own.
ADVISORY_LOCK = 5_205_001


@dataclass(frozen=True)
class Fault:
    """Where the chain is broken, and how."""

    sequence: int | None
    event_id: int | None
    reason: str


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found: how many seals held, the last of them, and the first fault."""

    count: int
    head: str
    fault: Fault | None


def seal_pending(*, now: datetime | None = None) -> int:
    """Seal every committed event that has no seal yet; return how many. Another sealer at work means nothing to do."""
    total = 0
    while sealed := _seal_batch(now or timezone.now()):
        total += sealed
    return total


@transaction.atomic
def _seal_batch(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        if not cursor.fetchone()[0]:
            return 0
    waiting = list(Unsealed.objects.order_by("event_id").values_list("event_id", flat=True)[:BATCH])
    events = Event.objects.filter(pk__in=waiting).order_by("pk")
    last = Seal.objects.order_by("-sequence").first()
    sequence, previous = (last.sequence, last.digest) if last else (0, FIRST)
    seals = []
    for event in events:
        sequence += 1
        digest = seal_digest(previous, sequence, event, now)
        seals.append(Seal(sequence=sequence, event=event, previous=previous, digest=digest, sealed_at=now))
        previous = digest
    Seal.objects.bulk_create(seals)
    Unsealed.objects.filter(pk__in=waiting).delete()
    return len(seals)


def seal_digest(previous: str, sequence: int, event: Event, sealed_at: datetime) -> str:
    """SHA-256 over the digest before and the canonical JSON of everything that the event's row says."""
    row: dict[str, Any] = {
        "sequence": sequence,
        "sealed_at": _moment(sealed_at),
        "id": event.pk,
        "type": event.type,
        "payload": event.payload,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "actor": event.actor_id,
        "on_behalf_of": event.on_behalf_of_id,
        "visibility": event.visibility,
        "text_digest": event.text_digest,
        "occurred_at": _moment(event.occurred_at),
        "recorded_at": _moment(event.recorded_at),
    }
    canonical = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def verify(*, expect: tuple[int, str] | None = None) -> Verdict:
    """Walk the whole chain and stop at the first fault.

    `expect` is a sequence and its digest as noted earlier: without it, seals cut off at the very end leave no trace.
    """
    count, previous = 0, FIRST
    for seal in _chain():
        count += 1
        fault = _fault_of(seal, count, previous)
        if fault is None and expect and expect[0] == count and expect[1] != seal.digest:
            fault = Fault(count, seal.event_id, "the digest is not the one that was noted")
        if fault:
            return Verdict(count - 1, previous, fault)
        previous = seal.digest
    if expect and expect[0] > count:
        return Verdict(count, previous, Fault(count + 1, None, "the end of the chain is missing"))
    stray = Event.objects.filter(seal__isnull=True).exclude(pk__in=Unsealed.objects.values("event_id"))
    if (found := stray.order_by("pk").first()) is not None:
        return Verdict(count, previous, Fault(None, found.pk, "an event stands outside of the chain"))
    return Verdict(count, previous, None)


def _chain() -> Iterator[Seal]:
    seals = Seal.objects.select_related("event", "event__words").order_by("sequence")
    return seals.iterator(chunk_size=BATCH)


def _fault_of(seal: Seal, expected: int, previous: str) -> Fault | None:
    if seal.sequence != expected:
        return Fault(expected, None, "a seal is missing")
    if seal.previous != previous:
        return Fault(seal.sequence, seal.event_id, "the seal does not follow the one before it")
    if seal.digest != seal_digest(previous, seal.sequence, seal.event, seal.sealed_at):
        return Fault(seal.sequence, seal.event_id, "the event or its seal was altered")
    words = getattr(seal.event, "words", None)
    if words is not None and text_digest(words.salt, words.text) != seal.event.text_digest:
        return Fault(seal.sequence, seal.event_id, "the event's words were altered")
    return None
