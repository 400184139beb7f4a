"""Reading what happened."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

from portal.accounts.models import User
from portal.columns import Columns
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
_ACTOR, _BEHALF = Columns(User, "a", only=User.NAMED_BY), Columns(User, "b", only=User.NAMED_BY)
# Told on every page of a wish, so it is written out; of the accounts only what people are named by.
_STORY = f"""
SELECT e.id, e.type, e.payload::text, e.subject_type, e.subject_id, e.actor_id, e.on_behalf_of_id, e.visibility,
    e.text_digest, e.occurred_at, w.text, {_ACTOR.sql}, {_BEHALF.sql}
FROM portal_event e LEFT JOIN portal_eventtext w ON w.event_id = e.id
LEFT JOIN portal_user a ON a.id = e.actor_id LEFT JOIN portal_user b ON b.id = e.on_behalf_of_id
WHERE """  # noqa: S608 - the names above


_OF_SUBJECT = "(e.subject_type = %s AND e.subject_id = %s AND e.visibility = ANY (%s))"


def story(subject: Model, *, levels: Iterable[Visibility]) -> list[Event]:
    """`timeline` for a page: events with their words, and with people as far as they are named."""
    return stories([(subject, levels)])


def stories(told: Sequence[tuple[Model, Iterable[Visibility]]]) -> list[Event]:
    """The stories of several objects as one, each at its own levels, oldest first."""
    which = " OR ".join([_OF_SUBJECT] * len(told))
    values = [
        value
        for subject, levels in told
        for value in (subject_type(subject), subject.pk, [str(level) for level in levels])
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"{_STORY}{which} ORDER BY e.occurred_at, e.id", values)
        return [_told(row) for row in cursor.fetchall()]


def _told(row: tuple[Any, ...]) -> Event:
    event = Event.from_db(connection.alias, _OF_EVENT, [*row[:2], json.loads(row[2]), *row[3:10]])
    words, people = row[10], iter(row[11:])
    if words is None:
        # As after a join that found nothing: asked for its words, the event does not ask the database.
        Event._meta.get_field("words").set_cached_value(event, None)
    else:
        EventText(event=event, text=words)
    event.actor, event.on_behalf_of = _ACTOR.take(people), _BEHALF.take(people)
    return event
