"""Reading what happened."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Model

from portal.accounts.models import User
from portal.outbox.models import Event, EventQuerySet, EventText, subject_type
from portal.outbox.registry import Visibility


def timeline(subject: Model, *, levels: Iterable[Visibility]) -> EventQuerySet:
    """The story of one object, oldest first, with words and people fetched along: one query, however long it is."""
    events = Event.objects.about(subject).at_levels(levels)
    return events.select_related("actor", "on_behalf_of", "words").order_by("occurred_at", "id")


# In the order of their columns, as `from_db` wants them.
_OF_EVENT = (
    *("id", "type", "payload", "subject_type", "subject_id", "actor_id", "on_behalf_of_id", "visibility"),
    *("text_digest", "occurred_at"),
)
_OF_PERSON = ("id", "username", "legal_name", "display_name", "erased_at")
# Told on every page of a wish, so it is written out; of the accounts only what people are named by.
_STORY = """
SELECT e.id, e.type, e.payload::text, e.subject_type, e.subject_id, e.actor_id, e.on_behalf_of_id, e.visibility,
    e.text_digest, e.occurred_at, w.text,
    a.id, a.username, a.legal_name, a.display_name, a.erased_at,
    b.id, b.username, b.legal_name, b.display_name, b.erased_at
FROM portal_event e LEFT JOIN portal_eventtext w ON w.event_id = e.id
LEFT JOIN portal_user a ON a.id = e.actor_id LEFT JOIN portal_user b ON b.id = e.on_behalf_of_id
WHERE e.subject_type = %s AND e.subject_id = %s AND e.visibility = ANY (%s)
ORDER BY e.occurred_at, e.id
"""


def story(subject: Model, *, levels: Iterable[Visibility]) -> list[Event]:
    """`timeline` for a page: events with their words, and with people as far as they are named."""
    with connection.cursor() as cursor:
        cursor.execute(_STORY, [subject_type(subject), subject.pk, [str(level) for level in levels]])
        return [_told(row) for row in cursor.fetchall()]


def _told(row: tuple[Any, ...]) -> Event:
    event = Event.from_db(connection.alias, _OF_EVENT, [*row[:2], json.loads(row[2]), *row[3:10]])
    words, actor, behalf = row[10], row[11:16], row[16:21]
    if words is None:
        # As after a join that found nothing: asked for its words, the event does not ask the database.
        Event._meta.get_field("words").set_cached_value(event, None)
    else:
        EventText(event=event, text=words)
    event.actor = _named(actor)
    event.on_behalf_of = _named(behalf)
    return event


def _named(row: tuple[Any, ...]) -> User | None:
    if row[0] is None:
        return None
    by_name = dict(zip(_OF_PERSON, row, strict=True))
    names = [field.attname for field in User._meta.concrete_fields if field.attname in by_name]
    return User.from_db(connection.alias, names, [by_name[name] for name in names])
