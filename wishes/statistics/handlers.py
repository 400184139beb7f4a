"""What moves the counts: every event of a wish. And who hears of a week's digest."""

from typing import Any

from django.urls import reverse

from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import event_types, handles
from wishes.statistics.counting import follow_number, keep
from wishes.statistics.digests import recipients
from wishes.statistics.events import DigestMade
from wishes.statistics.models import WeeklyDigest
from wishes.statistics.notices import WEEKLY
from wishes.statistics.recounting import HANDLER
from wishes.wishes import events
from wishes.wishes.moving.events import NumberFollowed

# Whoever looks at a contact changes nothing that is counted; every other event of a wish may, today or one day.
COUNTED = tuple(
    entry.payload_class
    for entry in event_types()
    if entry.payload_class.__module__.startswith("wishes.wishes.")
    and "wish_id" in entry.fields
    and entry.payload_class is not events.ContactRevealed
)


@handles(*COUNTED, name=HANDLER)
def keep_counts(event: Event, payload: Any) -> None:
    """The counts follow the wish as it is now, whichever of its events this is."""
    keep(wish_id=payload.wish_id)


@handles(NumberFollowed, name="statistics.follow_number")
def follow(event: Event, payload: NumberFollowed) -> None:
    """What was counted in a grid is counted at its new place in the tree."""
    follow_number(grid_id=payload.territory_id, old=payload.old_path, new=payload.new_path)


@handles(DigestMade, name="statistics.tell_of_digest")
def tell_of_digest(event: Event, payload: DigestMade) -> None:
    """Secretary or street officer hears of the week, in the inbox and by e-mail; nobody of another place does."""
    digest = WeeklyDigest.objects.select_related("territory").get(pk=payload.digest_id)
    numbers, week, before = digest.numbers, digest.numbers["week"], digest.numbers["before"]
    params = {
        "place": digest.territory.name,
        "submitted_before": str(before["submitted"]),
        "fulfilled": str(week["ended_fulfilled"]),
        "fulfilled_before": str(before["ended_fulfilled"]),
        "longest": str(numbers["longest_days"]),
        **{name: str(week[name]) for name in ("submitted", "closed", "satisfied", "unsatisfied", "unrated", "low")},
        **{name: str(numbers[name]) for name in ("open", "late")},
    }
    notify(
        event=event,
        kind=WEEKLY.key,
        recipients=[user.pk for user in recipients(digest)],
        params=params,
        url=reverse("statistics_digest", args=[digest.pk]),
    )
