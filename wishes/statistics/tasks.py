"""What the statistics do by themselves."""

from celery import shared_task
from django.utils import timezone

from wishes.statistics.digests import sweep_digests


@shared_task
def make_digests() -> int:
    """Monday's digests, from 08:00 on; looked for often, made once. May run at any time."""
    return sweep_digests(now=timezone.now())
