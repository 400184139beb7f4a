"""Work of identity in the background."""

from celery import shared_task
from django.core.management import call_command

from portal.accounts.codes import forget_old_codes


@shared_task(name="portal.accounts.tasks.forget")
def forget() -> None:
    """Delete codes and sessions that have ended; run hourly by beat."""
    forget_old_codes()
    call_command("clearsessions")
