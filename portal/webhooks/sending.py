"""Sending what waits: claimed in one transaction, sent outside of any, settled in another."""

import hashlib
import hmac
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal.outbox.services import backoff
from portal.webhooks.guard import TOTAL_SECONDS, Answer, Failed, Refused, post, resolve
from portal.webhooks.models import HookDelivery, Subscription

# With pauses that double from five seconds to an hour, the last attempt comes about five hours after the first.
MAX_ATTEMPTS = 14
# A worker that dies while sending gives the message back when this is over.
LEASE = timedelta(seconds=4 * TOTAL_SECONDS)
KEPT = timedelta(days=30)
GONE = 410


def signature(secret: str, stamp: int, body: bytes) -> str:
    """HMAC-SHA256 over "stamp.body": who has the secret can tell that we sent it, and when."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def deliver_waiting(*, seconds: float) -> int:
    """Send what is due until nothing is left or the time is over; how many were tried."""
    until = time.monotonic() + seconds
    count = 0
    while time.monotonic() < until and deliver_next(now=timezone.now()):
        count += 1
    return count


def deliver_next(*, now: datetime) -> bool:
    """Send one message that is due and nobody else is sending; False when there is none."""
    delivery = _claim(now)
    if delivery is None:
        return False
    try:
        answer: Answer | Failed | Refused = _send(delivery)
    except (Failed, Refused) as error:
        answer = error
    _settle(delivery, answer, now=timezone.now() if now <= timezone.now() else now)
    return True


@transaction.atomic
def _claim(now: datetime) -> HookDelivery | None:
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    due = HookDelivery.objects.filter(free, state=HookDelivery.State.WAITING, next_attempt_at__lte=now)
    due = due.filter(subscription__is_active=True).select_related("subscription")
    delivery = due.select_for_update(skip_locked=True, of=("self",)).order_by("next_attempt_at", "pk").first()
    if delivery is not None:
        delivery.claimed_until = now + LEASE
        delivery.attempts += 1
        delivery.save(update_fields=["claimed_until", "attempts"])
    return delivery


def _send(delivery: HookDelivery) -> Answer:
    body, stamp = delivery.body.encode(), int(time.time())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Wuwei-Webhooks/1",
        "Wuwei-Delivery": str(delivery.pk),
        "Wuwei-Event": delivery.kind,
        "Wuwei-Timestamp": str(stamp),
        "Wuwei-Signature": f"v1={signature(delivery.subscription.secret, stamp, body)}",
    }
    return post(resolve(delivery.subscription.url), body, headers)


@transaction.atomic
def _settle(delivery: HookDelivery, answer: Answer | Failed | Refused, *, now: datetime) -> None:
    """Write down how it went, unless the lease was over and somebody else has tried since."""
    held = HookDelivery.objects.select_for_update().get(pk=delivery.pk)
    if held.attempts != delivery.attempts or held.state != HookDelivery.State.WAITING:
        return
    held.claimed_until = None
    held.status_code = answer.status if isinstance(answer, Answer) else None
    held.milliseconds = answer.milliseconds if isinstance(answer, Answer) else None
    held.detail = "" if isinstance(answer, Answer) else str(answer)[:200]
    if isinstance(answer, Answer) and 200 <= answer.status < 300:
        held.state, held.settled_at = HookDelivery.State.SENT, now
        Subscription.objects.filter(pk=held.subscription_id).update(last_success_at=now)
    elif isinstance(answer, Refused) or held.status_code == GONE or held.attempts >= MAX_ATTEMPTS:
        held.state, held.settled_at = HookDelivery.State.DEAD, now
    else:
        held.next_attempt_at = now + backoff(held.attempts)
        # One address that is away costs one call now and then, however much waits for it.
        waiting = HookDelivery.objects.filter(subscription=held.subscription_id, state=HookDelivery.State.WAITING)
        waiting.filter(next_attempt_at__lt=held.next_attempt_at).update(next_attempt_at=held.next_attempt_at)
    held.save()


def forget_old(*, now: datetime) -> int:
    """Remove messages older than a month, sent or not; how many."""
    count, _per_model = HookDelivery.objects.filter(created_at__lt=now - KEPT).delete()
    return count
