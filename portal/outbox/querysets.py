"""Reading what happened."""

from collections.abc import Iterable

from django.db.models import Model

from portal.outbox.models import Event, EventQuerySet
from portal.outbox.registry import Visibility


def timeline(subject: Model, *, levels: Iterable[Visibility]) -> EventQuerySet:
    """The story of one object, oldest first, with words and people fetched along: one query, however long it is."""
    events = Event.objects.about(subject).at_levels(levels)
    return events.select_related("actor", "on_behalf_of", "words").order_by("occurred_at", "id")
