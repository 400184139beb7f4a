"""How long people's inboxes keep what was read."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from portal.notifications.domain import Standing
from portal.notifications.models import ChannelDelivery, Notice

BATCH: Final = 1_000
MOST: Final = 50_000
MONTH: Final = timedelta(days=31)
# What became of it is settled; everything else may still have to be sent, or to be looked at by a person.
SETTLED: Final = (Standing.SENT, Standing.SKIPPED, Standing.GATHERED)


def forget_notices(*, now: datetime) -> int:
    """Remove notices read `NOTICES_KEPT_MONTHS` ago, with their messages; how many.

    Unread ones stay, and so do those of which a message is still to be sent or did not arrive. May run at any time and
    beside itself, ends after a bounded number, and goes on the next time.
    """
    before = now - settings.NOTICES_KEPT_MONTHS * MONTH
    unsettled = ChannelDelivery.objects.filter(notice=OuterRef("pk")).exclude(standing__in=SETTLED)
    removed = 0
    while removed < MOST:
        with transaction.atomic():
            old = Notice.objects.filter(read_at__lt=before).exclude(Exists(unsettled)).order_by("read_at")
            keys = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
            ChannelDelivery.objects.filter(notice__in=keys).delete()
            Notice.objects.filter(pk__in=keys).delete()
        removed += len(keys)
        if len(keys) < BATCH:
            break
    return removed
