"""Work of Party organisations that nobody waits for."""

from celery import shared_task

from grids.cells.reminding import remind_terms


@shared_task
def remind() -> None:
    """Remind of terms that end soon. By beat; harmless at any time."""
    remind_terms()
