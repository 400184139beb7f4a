"""Work of Party life that nobody waits for."""

from celery import shared_task

from grids.gatherings.services import ask_what_became, end_check_ins, remind_gatherings


@shared_task
def remind() -> None:
    """Remind of gatherings that are owed. By beat; harmless at any time."""
    remind_gatherings()


@shared_task
def finish() -> None:
    """End check-ins that nobody ended, and ask about gatherings nobody spoke of. By beat; harmless at any time."""
    end_check_ins()
    ask_what_became()
