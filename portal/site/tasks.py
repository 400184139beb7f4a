"""The canary: the smallest task there is, which tells that tasks are carried out."""

from celery import shared_task

from portal.site import health


@shared_task(name="portal.site.tasks.canary")
def canary(sent_by: str) -> None:
    """Note the time. `sent_by` is "beat" when the schedule asked for it, "health" when somebody is looking."""
    health.note_canary(sent_by)
