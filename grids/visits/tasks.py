"""Work of visits that nobody waits for; harmless at any time, by beat."""

from celery import shared_task

from grids.visits.dues import keep_dues
from grids.visits.keeping import forget_ways, forget_words
from grids.visits.photos import forget_unused_photos


@shared_task
def keep_visits() -> None:
    """Who is due today, and whom to tell of what is overdue."""
    keep_dues()


@shared_task
def forget_visits() -> None:
    """What is kept no longer: words and photos, photos that nobody used, ways of past days."""
    forget_words()
    forget_unused_photos()
    forget_ways()
