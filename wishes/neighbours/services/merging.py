"""Duplicates merged into one wish: those who waited for the one wait for the other from then on."""

from datetime import datetime

from django.db import connection, transaction

from wishes.neighbours.domain import InterestKind
from wishes.neighbours.models import Interest
from wishes.wishes.domain import End, State
from wishes.wishes.models import Wish

# One statement for however many there are; who follows the survivor already is left as they are, and its author waits
# for it anyway. Rows are read under lock, so that nobody is moved twice.
MOVE = """
    INSERT INTO wishes_interest (wish_id, user_id, kind, since, came_from_id)
    SELECT %(to)s, person.id, gone.kind, gone.since, %(from)s
    FROM wishes_interest AS gone
    JOIN portal_user AS person ON person.id = gone.user_id AND person.is_active AND person.erased_at IS NULL
    WHERE gone.wish_id = %(from)s AND gone.user_id <> %(author)s
    ORDER BY gone.id
    ON CONFLICT DO NOTHING
"""


@transaction.atomic
def move_along(*, wish: Wish, at: datetime) -> tuple[Wish, list[int]] | None:
    """Let everybody who waited for a merged wish wait for the one that goes on, its author among them.

    Chains are followed to their end (A → B → C). Returns that wish and whom it was news to, or None where the wish was
    not merged. A second call moves nobody and returns nobody: it can be repeated.
    """
    survivor = _survivor(wish)
    if survivor is None:
        return None
    # Both are held, the one with the lower key first, so that merges the other way round wait and do not block.
    list(Wish.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[wish.pk, survivor.pk]).order_by("pk"))
    people = set(Interest.objects.filter(wish=wish).values_list("user_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {"from": wish.pk, "to": survivor.pk, "author": survivor.author_id})
    Interest.objects.filter(wish=wish).delete()
    if _author_waits(wish, survivor):
        kinds = [InterestKind.FOLLOW, *([InterestKind.ME_TOO] if survivor.state != State.CLOSED else [])]
        rows = [Interest(wish=survivor, user_id=wish.author_id, kind=kind, since=at, came_from=wish) for kind in kinds]
        Interest.objects.bulk_create(rows, ignore_conflicts=True)
    return survivor, sorted(people - {survivor.author_id, wish.author_id})


def _survivor(wish: Wish) -> Wish | None:
    """The wish that goes on in the end; None where this one was not merged, or a chain leads back to itself."""
    seen: set[int] = set()
    at = wish
    while at.end == End.DUPLICATE and at.duplicate_of is not None and at.pk not in seen:
        seen.add(at.pk)
        at = at.duplicate_of
    return at if at.pk not in seen and seen else None


def _author_waits(wish: Wish, survivor: Wish) -> bool:
    """Whether the author of the merged wish is somebody who still waits, and not the author of both."""
    return wish.author_id != survivor.author_id and wish.author.erased_at is None
