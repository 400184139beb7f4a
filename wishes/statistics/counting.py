"""Keeping the counts: what a wish counts for is one statement of SQL, for a single wish and for a million alike.

`keep` runs from the outbox for each event of a wish. It holds the wish's fact, reckons it anew from the wish as it is
now, and moves the sums by the difference. So it does not matter in which order or how often events arrive, and two
at once on one wish wait for each other. Sums are touched in the order of their keys, always StatCell before
HandlerCell, so that two wishes never wait for each other in a circle.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeAlias

from django.conf import settings
from django.db import connection, models, transaction

from grids.territory.domain import STEP
from wishes.statistics.domain import (
    ANSWER_HOURS,
    ANSWER_HOURS_IMMEDIATE,
    END_MEASURES,
    LOW_MARK,
    MEASURES,
    NARROWEST,
    SATISFIED_FROM,
    level_paths,
)
from wishes.statistics.models import HandlerCell, StatCell, WishFact
from wishes.wishes.models import Rating, Wish

KEYS = ("path", "category_id", "handler_id", "month", "submitted_at", "closed_at")
COLUMNS = (*KEYS, *MEASURES)
Row: TypeAlias = dict[str, Any]
# What a wish counts for that does not count.
NOTHING: Row = {**dict.fromkeys(KEYS), "path": "", **dict.fromkeys(MEASURES, 0)}


def table(model: type[models.Model]) -> str:
    """The quoted name of a model's table."""
    return connection.ops.quote_name(model._meta.db_table)


def reckoning(where: str) -> str:
    """SELECT `wish_id` and `COLUMNS` of the wishes (alias `w`) that count: submitted, not sent back to their author.

    A returned draft counts for nothing until it is sent again: what its author changes meanwhile is no event.
    """
    ends = ", ".join(f"(outcome = '{end.value}')::int" for end in END_MEASURES)
    return f"""
        SELECT wish_id, path, category_id, handler_id, month, submitted_at, closed_at, 1,
            (answered AND responded_at <= answer_by)::int,
            (answered AND responded_at > answer_by)::int,
            (NOT answered AND outcome <> 'withdrawn')::int,
            {ends},
            (state = 'fulfilled')::int,
            (outcome NOT IN ('', 'withdrawn') AND done_at <= coalesce(due_at, done_at))::int,
            (outcome NOT IN ('', 'withdrawn') AND done_at > coalesce(due_at, done_at))::int,
            (reopen_count > 0)::int,
            coalesce(speed + attitude + result >= {SATISFIED_FROM}, false)::int,
            coalesce(speed + attitude + result < {SATISFIED_FROM}, false)::int,
            (outcome = 'fulfilled' AND speed IS NULL)::int,
            coalesce(least(speed, attitude, result) <= {LOW_MARK}, false)::int,
            coalesce(speed, 0), coalesce(attitude, 0), coalesce(result, 0)
        FROM (
            SELECT w.id AS wish_id, left(w.path, {NARROWEST}) AS path, w.category_id,
                w.responsible_id AS handler_id, w.submitted_at, w.closed_at, w.responded_at, w.due_at,
                date_trunc('month', w.submitted_at AT TIME ZONE '{settings.TIME_ZONE}')::date AS month,
                w.state, w.reopen_count, CASE WHEN w.state = 'closed' THEN w."end" ELSE '' END AS outcome,
                coalesce(w.fulfilled_at, w.closed_at) AS done_at,
                w.submitted_at + make_interval(hours =>
                    CASE w.urgency WHEN 'immediate' THEN {ANSWER_HOURS_IMMEDIATE} ELSE {ANSWER_HOURS} END) AS answer_by,
                -- Taking a wish back is no answer to it.
                w.responded_at IS NOT NULL
                    AND NOT (w."end" = 'withdrawn' AND w.responded_at = w.closed_at) AS answered,
                r.speed, r.attitude, r.result
            FROM {table(Wish)} w
            LEFT JOIN {table(Rating)} r ON r.wish_id = w.id AND r.round = w.reopen_count
                AND w.state = 'closed' AND w."end" = 'fulfilled'
            WHERE w.state <> 'draft' AND w.number <> '' AND w.path <> ''
                AND w.category_id IS NOT NULL AND w.submitted_at IS NOT NULL AND {where}
        ) AS each_wish
    """  # noqa: S608 - constants, and tables by their own quoted names


@transaction.atomic
def keep(*, wish_id: int) -> bool:
    """Brings fact and sums of one wish up to what it is now; False where nothing had changed.

    May be called at any time, in any order and again.
    """
    WishFact.objects.bulk_create([WishFact(wish_id=wish_id)], ignore_conflicts=True)
    # The wish is read after the lock is held: in READ COMMITTED that sees what the one before us committed.
    columns = ", ".join(COLUMNS)
    old = _row(f"SELECT wish_id, {columns} FROM {table(WishFact)} WHERE wish_id = %s FOR UPDATE", wish_id)  # noqa: S608
    new = _row(reckoning("w.id = %s"), wish_id) or NOTHING
    assert old is not None
    if old == new:
        return False
    WishFact.objects.filter(pk=wish_id).update(**new)
    _move(StatCell, ("path", "category_id", "month"), old, new)
    _move(HandlerCell, ("path", "handler_id", "month"), old, new)
    return True


@transaction.atomic
def follow_number(*, grid_id: int, old: str, new: str) -> None:
    """Facts and sums of a grid go to its new path in the tree. May be called again.

    The facts come first, as in `keep`: whoever counts a wish of this grid meanwhile waits, and goes on at the new path.
    """
    WishFact.objects.filter(path=old).update(path=new)
    for model, keys in ((StatCell, ("path", "category_id", "month")), (HandlerCell, ("path", "handler_id", "month"))):
        added = ", ".join(f"{name} = cell.{name} + excluded.{name}" for name in MEASURES)
        columns = ", ".join([*keys[1:], "level", *MEASURES])
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH gone AS (DELETE FROM {table(model)} WHERE path = %s RETURNING {columns}) "  # noqa: S608
                f"INSERT INTO {table(model)} AS cell (path, {columns}) SELECT %s, {columns} FROM gone "
                f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}",
                [old, new],
            )
    # A wish that was being counted for the first time just now has its fact at the old path.
    for wish in Wish.objects.filter(territory=grid_id).open().order_by("pk"):
        keep(wish_id=wish.pk)


def _row(sql: str, wish_id: int) -> Row | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [wish_id])
        found = cursor.fetchone()
    return dict(zip(COLUMNS, found[1:], strict=True)) if found else None


def _move(model: type[models.Model], keys: Sequence[str], old: Row, new: Row) -> None:
    """Adds what is new to the sums and takes away what was, in one statement, in the order of the keys."""
    changes: dict[tuple[Any, ...], Counter[str]] = {}
    for row, sign in ((old, -1), (new, 1)):
        if not row["submitted"] or row[keys[1]] is None:
            continue
        for path in level_paths(row["path"]):
            change = changes.setdefault((path, *(row[key] for key in keys[1:])), Counter())
            for name in MEASURES:
                change[name] += sign * row[name]
    moved = sorted((key, change) for key, change in changes.items() if any(change.values()))
    if not moved:
        return
    columns = (*keys, "level", *MEASURES)
    values = ", ".join(["(" + ", ".join(["%s"] * len(columns)) + ")"] * len(moved))
    added = ", ".join(f"{name} = cell.{name} + excluded.{name}" for name in MEASURES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table(model)} AS cell ({', '.join(columns)}) VALUES {values} "  # noqa: S608
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}",
            [
                value
                for key, change in moved
                for value in (*key, len(key[0]) // STEP, *(change[name] for name in MEASURES))
            ],
        )
