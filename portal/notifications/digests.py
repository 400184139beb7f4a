"""Gathering what waits for a digest: one message per person, channel and moment; never an empty one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal.notifications.domain import Standing
from portal.notifications.models import ChannelDelivery, Digest
from portal.notifications.services import BULK
from portal.outbox.wake import after_commit


def assemble_due(*, now: datetime | None = None) -> int:
    """Make the digests that are due; return how many. Any number of workers may do this at once."""
    now = now or timezone.now()
    due = ChannelDelivery.objects.filter(standing=Standing.HELD, next_attempt_at__lte=now)
    groups = due.values_list("recipient_id", "channel", "rhythm").distinct()
    return sum(_assemble(*group, now=now) for group in groups.iterator())


@transaction.atomic
def _assemble(recipient_id: int, channel: str, rhythm: str, *, now: datetime) -> bool:
    """Gather one person's notices into one digest; notices read meanwhile need no telling."""
    due = ChannelDelivery.objects.filter(
        standing=Standing.HELD, next_attempt_at__lte=now, recipient_id=recipient_id, channel=channel, rhythm=rhythm
    )
    rows = list(due.select_for_update(skip_locked=True, of=("self",)).select_related("notice").order_by("pk"))
    read = [row.pk for row in rows if row.notice.read_at]
    ChannelDelivery.objects.filter(pk__in=read).update(standing=Standing.SKIPPED, settled_at=now, detail="read already")
    unread = [row for row in rows if not row.notice.read_at]
    if not unread:
        return False
    digest = Digest.objects.create(
        recipient_id=recipient_id, channel=channel, rhythm=rhythm, in_bulk=True, next_attempt_at=now
    )
    ChannelDelivery.objects.filter(pk__in=[row.pk for row in unread]).update(standing=Standing.GATHERED, digest=digest)
    after_commit(BULK)
    return True
