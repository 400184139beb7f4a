"""Long work in the background, in the queue `bulk`."""

from celery import shared_task

from portal.jobs import keeping, running
from portal.jobs.services import WORK
from portal.outbox.wake import Wake

# A task ends after this long and queues up again, so that whatever came in meanwhile gets its turn.
SECONDS = 5.0


@shared_task(name=WORK)
def work() -> None:
    """Do what waits. Woken after commits and swept every fifteen seconds by beat, which also finds what a dead worker
    left."""
    if running.run_waiting(seconds=SECONDS):
        Wake(WORK)()


@shared_task(name="portal.jobs.tasks.keep")
def keep() -> None:
    """Remove results whose time is over, and files that no job speaks of."""
    keeping.expire()
    keeping.remove_orphans()
