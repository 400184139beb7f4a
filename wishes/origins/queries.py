"""Which wishes were made of something, and of what a wish was made."""

import json
from typing import Any

from django.db import connection, models

from wishes.origins.models import Way, WishOrigin
from wishes.origins.registry import Source
from wishes.wishes.domain import End, State
from wishes.wishes.models import Wish

# A wish that ended so has not met what it was made for: another may be made of the same source.
CAME_TO_NOTHING = frozenset({End.WITHDRAWN, End.DECLINED, End.CANNOT_BE_DONE, End.NOT_OURS})
# How many times a wish that was merged into another is followed.
LONGEST_CHAIN = 20


def links_of(source: Source[Any], subject: models.Model) -> list[WishOrigin]:
    """All wishes that are one matter with the source and what was merged into it, the newest first: one query."""
    found = WishOrigin.objects.filter(kind=source.kind, source_key__in=source.family(subject))
    return list(found.select_related("wish__author", "wish__duplicate_of", "wish__territory").order_by("-pk"))


def origins_of(source: Source[Any], subject: models.Model) -> list[WishOrigin]:
    """Those that were made of the source."""
    return [link for link in links_of(source, subject) if link.way == Way.FROM]


def lives(wish: Wish) -> bool:
    """Whether the wish is under way, was fulfilled, or is met along with the one it was merged into."""
    return wish.state != State.CLOSED or wish.end not in CAME_TO_NOTHING


def living_origin(source: Source[Any], subject: models.Model) -> WishOrigin | None:
    """The wish that stands for the source now, where there is one."""
    return next((origin for origin in origins_of(source, subject) if lives(origin.wish)), None)


def goes_on_as(wish: Wish) -> Wish:
    """The wish at the end of the chain of merges, itself where it was not merged."""
    at = wish
    for _step in range(LONGEST_CHAIN):
        if at.end != End.DUPLICATE or at.duplicate_of is None:
            break
        at = at.duplicate_of
    return at


# Of the wish `w` and of all that were merged into it: what they were made of, and what was made of them.
ORIGINS = """
(SELECT json_agg(json_build_array(o.kind, o.source_key, o.way) ORDER BY o.id)::text FROM wishes_wishorigin o
WHERE o.wish_id IN (
    WITH RECURSIVE merged(id) AS (
        SELECT w.id UNION SELECT d.id FROM wishes_wish d JOIN merged m ON d.duplicate_of_id = m.id
    ) SELECT id FROM merged
))
"""


def read_origins(found: str | None) -> list[list[Any]]:
    """What `ORIGINS` found, as lists of kind, key and way."""
    return json.loads(found) if found else []


def origins_known(wish: Wish) -> list[list[Any]]:
    """`ORIGINS` of one wish that was not read for its page."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ORIGINS} FROM wishes_wish w WHERE w.id = %s", [wish.pk])  # noqa: S608 - the words above
        row = cursor.fetchone()
    return read_origins(row[0] if row else None)
