"""Reminding those who owe an answer about a wish; a sweep does it, as often as it likes."""

from datetime import datetime

from wishes.wishes.models import Handover
from wishes.wishes.services.handover import remind_of_handover

CHUNK = 500


def remind_all(*, now: datetime) -> int:
    """Reminds of everything that has waited too long, each in its own transaction; returns how many."""
    late = Handover.objects.filter(remind_at__lte=now).select_related("wish").order_by("remind_at", "pk")
    return sum(remind_of_handover(handover=each, at=now) for each in late.iterator(chunk_size=CHUNK))
