"""How long what was delivered is remembered. Events themselves are never removed: they are the audit log."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from portal.outbox.models import Delivery

BATCH: Final = 1_000
MOST: Final = 50_000
"""So many at a time: what is left over waits for the next hour."""


def forget_deliveries(*, now: datetime) -> int:
    """Remove deliveries that were done `OUTBOX_DELIVERIES_KEPT_DAYS` ago; how many.

    What waits, or was given up and waits for a person, stays however old it is. Each batch is a statement of its
    own, so it may end anywhere and run beside itself.
    """
    before = now - timedelta(days=settings.OUTBOX_DELIVERIES_KEPT_DAYS)
    removed = 0
    while removed < MOST:
        old = Delivery.objects.filter(state=Delivery.State.DONE, done_at__lt=before).order_by("done_at")
        count, _per_model = Delivery.objects.filter(
            pk__in=list(old.values_list("pk", flat=True)[:BATCH]), state=Delivery.State.DONE
        ).delete()
        removed += count
        if count < BATCH:
            break
    return removed
