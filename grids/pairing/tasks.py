"""Work of pairing that nobody waits for."""

from celery import shared_task

from grids.pairing.feedback_papers import remind_feedback


@shared_task
def remind() -> None:
    """Remind of the feedback to units. By beat; harmless at any time."""
    remind_feedback()
