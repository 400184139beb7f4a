"""Telling very many people, a part at a time, so that single messages go on between the parts."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal.notifications.models import FanOut
from portal.notifications.registry import kind_of
from portal.notifications.services import tell
from portal.outbox.services import backoff

logger = logging.getLogger(__name__)

PART = 1000


@transaction.atomic
def fan_out_part(*, now: datetime | None = None) -> bool:
    """Tell the next part of one open fan-out that no other worker holds; False when there is none.

    Notices and cursor are committed together: a worker that dies leaves the rest to the next, and nobody is told twice.
    """
    now = now or timezone.now()
    due = FanOut.objects.filter(done_at__isnull=True, next_attempt_at__lte=now)
    free = due.select_for_update(skip_locked=True, of=("self",)).select_related("event")
    job = free.order_by("next_attempt_at", "pk").first()
    if job is None:
        return False
    try:
        with transaction.atomic():
            _tell_part(job, now)
    except Exception:
        logger.exception("Fan-out %s failed at %s of %s", job.pk, job.cursor, job.total)
        job.failures += 1
        job.next_attempt_at = now + backoff(job.failures)
        job.save(update_fields=["failures", "next_attempt_at"])
    return True


def _tell_part(job: FanOut, now: datetime) -> None:
    part = job.recipients[job.cursor : job.cursor + PART]
    tell(
        event=job.event,
        definition=kind_of(job.kind),
        people=part,
        params=job.params,
        url=job.url,
        in_bulk=True,
        now=now,
    )
    job.cursor += len(part)
    fields = ["cursor"]
    if job.cursor >= job.total:
        # Who and what is kept in the notices, and goes with them when somebody erases their data.
        job.done_at, job.recipients, job.params = now, [], {}
        fields += ["done_at", "recipients", "params"]
    job.save(update_fields=fields)
