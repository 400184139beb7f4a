"""Handing messages to the gateways, each at most once.

The row says `sending` with a fresh token, and that is committed, before the gateway is called; the answer is written
afterwards, if the token is still the same. A process killed in between leaves a row that nobody sends again by
itself: after STALE it is `unknown`, for a person to look at. A message less is better than one told twice.
"""

from __future__ import annotations

import logging
import time
import uuid
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.utils import timezone, translation

from portal.notifications import channels
from portal.notifications.composing import Message, compose_digest, compose_notice
from portal.notifications.domain import MAX_ATTEMPTS, Standing, end_of_quiet
from portal.notifications.models import ChannelDelivery, Digest
from portal.notifications.registry import Channel
from portal.notifications.services import address_of, quiet_hours_of
from portal.outbox.services import backoff

logger = logging.getLogger(__name__)

# Longer than any gateway may take, by far.
STALE = timedelta(minutes=10)

Row = TypeVar("Row", ChannelDelivery, Digest)


def send_waiting(*, in_bulk: bool, seconds: float) -> int:
    """Send what waits in this queue until nothing is left or the time is over; return how many were handled."""
    started = time.monotonic()
    count = 0
    while time.monotonic() - started < seconds:
        now = timezone.now()
        if not (send_next(ChannelDelivery, in_bulk=in_bulk, now=now) or send_next(Digest, in_bulk=in_bulk, now=now)):
            break
        count += 1
    return count


def send_next(model: type[Row], *, in_bulk: bool, now: datetime) -> bool:
    """Send one message that is due and that nobody else holds; False when there is none."""
    row = _claim(model, in_bulk=in_bulk, now=now)
    if row is None:
        return False
    if row.standing == Standing.SENDING:
        _settle(row, *_hand_over(row), now=timezone.now())
    return True


@transaction.atomic
def _claim(model: type[Row], *, in_bulk: bool, now: datetime) -> Row | None:
    """Take a row and commit that it is being sent; a row that is not to be sent now is returned put aside."""
    due = model._default_manager.filter(standing=Standing.WAITING, in_bulk=in_bulk, next_attempt_at__lte=now)
    free = due.select_for_update(skip_locked=True, of=("self",)).select_related("recipient")
    row = free.order_by("next_attempt_at", "pk").first()
    if row is None:
        return None
    disturbed_until = now if row.urgent else end_of_quiet(now, *quiet_hours_of([row.recipient_id])[row.recipient_id])
    if reason := _needless(row):
        row.standing, row.settled_at, row.detail = Standing.SKIPPED, now, reason
    elif disturbed_until > now:
        row.next_attempt_at = disturbed_until
    else:
        row.standing, row.claimed_at, row.token = Standing.SENDING, now, uuid.uuid4()
    row.save(update_fields=["standing", "settled_at", "detail", "next_attempt_at", "claimed_at", "token"])
    if row.standing == Standing.SKIPPED:
        _tell_parts(row)
    return row


def _needless(row: ChannelDelivery | Digest) -> str:
    """Why nothing has to be sent any more; empty when it has."""
    if not row.recipient.is_active or row.recipient.erased_at:
        return "account closed"
    if not address_of(row.recipient, row.channel):
        return "no address"
    return "read already" if isinstance(row, ChannelDelivery) and row.notice.read_at else ""


def _hand_over(row: ChannelDelivery | Digest) -> tuple[Standing, str, str]:
    """Call the gateway: how the row stands then, the provider's number, and a code."""
    with translation.override(row.recipient.language):
        message = compose_notice(row) if isinstance(row, ChannelDelivery) else compose_digest(row)
    if message is None:
        return Standing.SKIPPED, "", "read already"
    try:
        return Standing.SENT, _send(row, message), ""
    except channels.TryLater as error:
        return (Standing.DEAD if row.attempts + 1 >= MAX_ATTEMPTS else Standing.WAITING), "", str(error)
    except channels.Refused as error:
        return Standing.FAILED, "", str(error)
    except channels.Unsure as error:
        return Standing.UNKNOWN, "", str(error)
    except Exception as error:
        logger.exception("Sending %s %s failed", type(row).__name__, row.pk)
        return Standing.UNKNOWN, "", type(error).__name__


def _send(row: ChannelDelivery | Digest, message: Message) -> str:
    address = address_of(row.recipient, row.channel)
    if row.channel == Channel.SMS:
        return channels.by_sms(phone=address, kind=message.sms_kind, values=message.sms_values)
    return channels.by_email(address=address, subject=message.subject, body=message.body, token=row.token)


@transaction.atomic
def _settle(row: ChannelDelivery | Digest, standing: Standing, provider_id: str, detail: str, *, now: datetime) -> None:
    """Write down how it went, unless somebody gave the row up in the meantime."""
    held = type(row)._default_manager.select_for_update().filter(pk=row.pk, token=row.token).first()
    if held is None or held.standing not in (Standing.SENDING, Standing.UNKNOWN):
        return
    held.standing, held.provider_id, held.detail = standing, provider_id[:200], detail[:200]
    if standing in (Standing.WAITING, Standing.DEAD):
        held.attempts += 1
        held.next_attempt_at = now + backoff(held.attempts)
    if standing != Standing.WAITING:
        held.settled_at = now
    held.save(update_fields=["standing", "provider_id", "detail", "attempts", "next_attempt_at", "settled_at"])
    _tell_parts(held)


def _tell_parts(row: ChannelDelivery | Digest) -> None:
    """The notices of a digest stand where the digest stands."""
    if isinstance(row, Digest) and row.settled_at:
        row.deliveries.update(standing=row.standing, settled_at=row.settled_at, detail=row.detail)


def give_up_stale(*, now: datetime | None = None) -> int:
    """What has been sending for far too long may or may not have left: it becomes `unknown`; return how many."""
    now = now or timezone.now()
    count = 0
    for model in (ChannelDelivery, Digest):
        stale = model._default_manager.filter(standing=Standing.SENDING, claimed_at__lt=now - STALE)
        count += stale.update(standing=Standing.UNKNOWN, settled_at=now, detail="no answer was written down")
    return count
