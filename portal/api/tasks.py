"""Housekeeping of the API."""

from celery import shared_task
from django.utils import timezone

from portal.api.idempotency import forget_old_keys


@shared_task(name="portal.api.tasks.forget_keys")
def forget_keys() -> None:
    """Remove answers kept for repeated requests for more than a day. Hourly by beat; harmless at any time."""
    forget_old_keys(now=timezone.now())
