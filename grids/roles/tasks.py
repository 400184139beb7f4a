"""Work of the roles that nobody waits for."""

from celery import shared_task

from grids.roles.services import lapse_appointments


@shared_task
def lapse() -> None:
    """End sessions of those whose office has come to its last day. Hourly by beat; harmless at any time."""
    lapse_appointments()
