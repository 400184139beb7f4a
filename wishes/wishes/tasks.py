"""Work that the portal does for wishes by itself."""

from celery import shared_task
from django.utils import timezone

from wishes.wishes.domain import State
from wishes.wishes.models import Wish
from wishes.wishes.photos import forget_unused_photos
from wishes.wishes.services import assign_to_party, auto_confirm_wish, index_words, redispatch_wish
from wishes.wishes.services.moving import leave_dissolved_grids, return_after_cover
from wishes.wishes.services.reminding import remind_all


@shared_task
def auto_confirm() -> int:
    """Closes fulfilled wishes whose author gave no answer in time; each in its own transaction. May run at any time."""
    now = timezone.now()
    waiting = Wish.objects.filter(state=State.FULFILLED, fulfilled_at__lte=now).order_by("fulfilled_at", "pk")
    return sum(auto_confirm_wish(wish=wish, at=now) for wish in waiting.iterator(chunk_size=500))


@shared_task
def redispatch() -> int:
    """Finds somebody for open wishes nobody answers for, once people are appointed or after somebody has left."""
    now = timezone.now()
    found = leave_dissolved_grids(now=now) + return_after_cover(now=now)
    waiting = Wish.objects.without_responsible().order_by("pk")
    return found + sum(redispatch_wish(wish=wish, at=now) for wish in waiting.iterator(chunk_size=500))


@shared_task
def index_category(category_id: int) -> int:
    """Writes the searched words of a category's wishes anew, after it was renamed; answers with how many batches."""
    return sum(1 for _ in index_words(everything=True, category=category_id))


@shared_task
def forget_photos() -> int:
    """Removes photos of steps that were begun and left. May run at any time."""
    return forget_unused_photos()


@shared_task
def remind() -> int:
    """Reminds those who owe an answer: to offers, objections, call-backs, referrals, appeals. May run at any time."""
    return remind_all(now=timezone.now())


@shared_task
def assign_unclaimed() -> int:
    """Gives what nobody took in time to the Party organisation of its place. May run at any time, also twice."""
    now = timezone.now()
    waiting = Wish.objects.nobody_took(now).order_by("pk")
    return sum(assign_to_party(wish=wish, at=now) for wish in waiting.iterator(chunk_size=500))
