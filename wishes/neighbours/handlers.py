"""Followers hear of each public step; whoever waited for a merged duplicate moves along and hears of it once."""

from typing import Any

from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import Payload, Visibility, event_type, event_types, handles
from portal.outbox.services import record
from wishes.neighbours import notices
from wishes.neighbours.domain import NO_NEWS, InterestKind
from wishes.neighbours.events import WishJoined
from wishes.neighbours.models import Interest
from wishes.neighbours.policies import is_open_to_all
from wishes.neighbours.services import move_along
from wishes.wishes.events import WishDuplicate
from wishes.wishes.models import Wish


def _news() -> list[type[Payload]]:
    """Every public step of a wish, whichever feature declares it."""
    return [
        entry.payload_class
        for entry in event_types()
        if entry.key.startswith("wishes.wish.") and entry.visibility == Visibility.PUBLIC and entry.key not in NO_NEWS
    ]


@handles(*_news(), name="wishes.tell_followers")
def on_public_step(event: Event, payload: Any) -> None:
    """Whoever follows the wish hears of the step, in its own words; those who have a part in it are told as such."""
    if event.visibility != Visibility.PUBLIC:
        return
    wish = Wish.objects.get(pk=payload.wish_id)
    if not is_open_to_all(wish):
        return
    parts = {wish.author_id, wish.entered_by_id, wish.claimant_id, wish.responsible_id, event.actor_id}
    followers = Interest.objects.filter(wish=wish, kind=InterestKind.FOLLOW).values_list("user_id", flat=True)
    notify(
        event=event,
        kind=notices.STEP.key,
        recipients=[pk for pk in followers if pk not in parts],
        params={"title": wish.title, "number": wish.number, "step": event_type(event.type).label},
        url=wish.get_absolute_url(),
    )


@handles(WishDuplicate, name="wishes.move_followers_along")
def on_duplicate(event: Event, payload: WishDuplicate) -> None:
    """A merged wish: its author and its neighbours wait for the one that goes on.

    The author is told by the wish itself; the others hear where they wait from now on.
    """
    wish = Wish.objects.select_related("author", "duplicate_of").get(pk=payload.wish_id)
    moved = move_along(wish=wish, at=event.occurred_at)
    if moved is None:
        return
    survivor, people = moved
    record(WishJoined(wish_id=survivor.pk, from_id=wish.pk), subject=survivor, at=event.occurred_at)
    notify(
        event=event,
        kind=notices.MERGED.key,
        recipients=people,
        params={"title": wish.title, "other": survivor.title, "number": survivor.number},
        url=survivor.get_absolute_url(),
    )
