"""Reminding those who owe an answer about a wish; a sweep does it, as often as it likes."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from wishes.wishes.models import Appeal, Callback, Handover, Referral
from wishes.wishes.models.pending import Pending
from wishes.wishes.services.appeals import remind_of_appeal
from wishes.wishes.services.callbacks import remind_of_callback
from wishes.wishes.services.handover import remind_of_handover
from wishes.wishes.services.referrals import remind_of_referral

P = TypeVar("P", bound=Pending)

CHUNK = 500


def remind_all(*, now: datetime) -> int:
    """Reminds of everything that has waited too long, each in its own transaction; returns how many."""
    return (
        sum(remind_of_handover(handover=each, at=now) for each in _late(Handover.objects.all(), now))
        + sum(remind_of_callback(callback=each, at=now) for each in _late(Callback.objects.all(), now))
        + sum(remind_of_referral(referral=each, at=now) for each in _late(Referral.objects.all(), now))
        + sum(remind_of_appeal(appeal=each, at=now) for each in _late(Appeal.objects.all(), now))
    )


def _late(pending: QuerySet[P], now: datetime) -> Iterator[P]:
    late = pending.filter(remind_at__lte=now).select_related("wish").order_by("remind_at", "pk")
    return late.iterator(chunk_size=CHUNK)
