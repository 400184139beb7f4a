"""Reading what happened."""

from collections.abc import Iterable

from django.db.models import Model

from portal.outbox.models import Event, EventQuerySet
from portal.outbox.registry import Visibility

# What a story tells of an event, and what people are named by. All of an account is far more.
TOLD = ("type", "payload", "subject_type", "subject_id", "visibility", "text_digest", "occurred_at")
NAMED_BY = ("username", "legal_name", "display_name", "erased_at")


def timeline(subject: Model, *, levels: Iterable[Visibility]) -> EventQuerySet:
    """The story of one object, oldest first, with words and people fetched along: one query, however long it is."""
    events = Event.objects.about(subject).at_levels(levels)
    people = (f"{role}__{name}" for role in ("actor", "on_behalf_of") for name in NAMED_BY)
    return (
        events.select_related("actor", "on_behalf_of", "words")
        .only(*TOLD, "actor", "on_behalf_of", "words", *people)
        .order_by("occurred_at", "id")
    )
