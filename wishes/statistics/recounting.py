"""Counting everything anew from the wishes themselves: to check what the outbox has kept, and to repair it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from django.db import connection, transaction
from django.db.models import Max

from grids.territory.domain import STEP
from portal.outbox.models import Delivery, Event
from wishes.statistics.counting import COLUMNS, KEYS, reckoning, table
from wishes.statistics.domain import LEVELS, MEASURES
from wishes.statistics.models import HandlerCell, StatCell, WishFact
from wishes.wishes.models import Wish

HANDLER = "statistics.keep"
# How many wishes one statement reckons; between two of them progress is told.
BATCH = 20_000
# How many wrong rows are named.
NAMED = 20
Progress = Callable[[int, int], None]

Cells: TypeAlias = type[StatCell] | type[HandlerCell]
REFERENCE: dict[Cells, str] = {StatCell: "category_id", HandlerCell: "handler_id"}


@dataclass
class Findings:
    """What a check found: ids of wishes whose fact is wrong, keys of sums that are wrong, and how many of each."""

    facts: int = 0
    cells: int = 0
    named: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.facts and not self.cells


def check(*, progress: Progress = lambda done, total: None) -> Findings:
    """Compares every fact with its wish and every sum with its facts; changes nothing.

    A wish whose event the outbox has not delivered yet is no mistake. May run beside everything else: each statement
    sees one moment.
    """
    found = Findings()
    steps = list(_batches())
    total = len(steps) + len(LEVELS) * len(REFERENCE)
    for number, (first, last) in enumerate(steps, start=1):
        wrong = _wrong_facts(first, last)
        found.facts += len(wrong)
        found.named += [f"wish {pk}" for pk in wrong[:NAMED]]
        progress(number, total)
    for number, (model, level) in enumerate(((model, level) for model in REFERENCE for level in LEVELS), start=1):
        keys = _wrong_cells(model, level * STEP)
        found.cells += len(keys)
        found.named += [f"{model.__name__} {key}" for key in keys[:NAMED]]
        progress(len(steps) + number, total)
    return found


@transaction.atomic
def repair(*, progress: Progress = lambda done, total: None) -> None:
    """Writes every fact and every sum anew, in one transaction. The outbox's handlers wait until it has ended."""
    tables = ", ".join(table(model) for model in (WishFact, StatCell, HandlerCell))
    steps = list(_batches())
    total = len(steps) + len(LEVELS) * len(REFERENCE)
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
        for number, (first, last) in enumerate(steps, start=1):
            cursor.execute(_write_facts(), [first, last])
            cursor.execute(_clear_facts(), [first, last, first, last])
            progress(number, total)
        for model in REFERENCE:
            model._default_manager.all().delete()
        for number, (model, level) in enumerate(((model, level) for model in REFERENCE for level in LEVELS), start=1):
            keys = ("path", REFERENCE[model], "month")
            sums = _sums(model, level * STEP)
            columns = ", ".join(("level", *keys, *MEASURES))
            chosen = f"SELECT {int(level)}, sums.* FROM ({sums}) AS sums"  # noqa: S608
            cursor.execute(f"INSERT INTO {table(model)} ({columns}) {chosen}")
            progress(len(steps) + number, total)


def _batches() -> Iterator[tuple[int, int]]:
    """Ranges of wish ids, the last one open at its end by the highest id there is."""
    highest = max(Wish.objects.aggregate(last=Max("pk"))["last"] or 0, _highest_fact())
    for first in range(1, highest + 1, BATCH):
        yield first, min(first + BATCH - 1, highest)


def _highest_fact() -> int:
    return WishFact.objects.aggregate(last=Max("pk"))["last"] or 0


def _write_facts() -> str:
    new = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)
    fact = ", ".join(f"fact.{name}" for name in COLUMNS)
    excluded = ", ".join(f"excluded.{name}" for name in COLUMNS)
    return (
        f"INSERT INTO {table(WishFact)} AS fact (wish_id, {', '.join(COLUMNS)}) "
        f"{reckoning('w.id BETWEEN %s AND %s')} "
        f"ON CONFLICT (wish_id) DO UPDATE SET {new} WHERE ({fact}) IS DISTINCT FROM ({excluded})"
    )


def _clear_facts() -> str:
    """Facts of wishes that count for nothing now."""
    nought = ", ".join([*(f"{name} = NULL" for name in KEYS[1:]), "path = ''", *(f"{name} = 0" for name in MEASURES)])
    return (
        f"UPDATE {table(WishFact)} SET {nought} WHERE wish_id BETWEEN %s AND %s AND submitted <> 0 "  # noqa: S608
        f"AND wish_id NOT IN (SELECT wish_id FROM ({reckoning('w.id BETWEEN %s AND %s')}) AS counting)"
    )


def _sums(model: Cells, length: int) -> str:
    """SELECT path, reference, month and the sums of one level, from the facts."""
    sums = ", ".join(f"sum({name})" for name in MEASURES)
    key = REFERENCE[model]
    return (
        f"SELECT left(path, {length}), {key}, month, {sums} FROM {table(WishFact)} "  # noqa: S608
        f"WHERE submitted > 0 AND length(path) >= {length} AND {key} IS NOT NULL GROUP BY 1, 2, 3"
    )


def _wrong_facts(first: int, last: int) -> list[int]:
    names = ", ".join(("wish_id", *COLUMNS))
    waiting = f"""
        SELECT 1 FROM {table(Delivery)} d JOIN {table(Event)} e ON e.id = d.event_id
        WHERE d.handler = '{HANDLER}' AND d.state = 'pending'
            AND e.subject_type = 'wishes.wish' AND e.subject_id = wish_id
    """  # noqa: S608
    sql = f"""
        SELECT wish_id FROM (
            (SELECT * FROM ({reckoning("w.id BETWEEN %s AND %s")}) AS now_reckoned ({names})
             EXCEPT SELECT {names} FROM {table(WishFact)} WHERE wish_id BETWEEN %s AND %s)
            UNION
            (SELECT {names} FROM {table(WishFact)} WHERE wish_id BETWEEN %s AND %s AND submitted <> 0
             EXCEPT SELECT * FROM ({reckoning("w.id BETWEEN %s AND %s")}) AS now_reckoned ({names}))
        ) AS different
        WHERE NOT EXISTS ({waiting}) GROUP BY wish_id ORDER BY wish_id
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [first, last] * 4)
        return [pk for (pk,) in cursor.fetchall()]


def _wrong_cells(model: Cells, length: int) -> list[str]:
    keys = ("path", REFERENCE[model], "month")
    names = ", ".join((*keys, *MEASURES))
    kept = (
        f"SELECT {names} FROM {table(model)} WHERE length(path) = {length} "  # noqa: S608
        f"AND ({' OR '.join(f'{name} <> 0' for name in MEASURES)})"
    )
    sql = f"""
        SELECT {", ".join(keys)} FROM (
            ({_sums(model, length)} EXCEPT {kept}) UNION ALL ({kept} EXCEPT {_sums(model, length)})
        ) AS different ({names}) GROUP BY {", ".join(keys)} ORDER BY {", ".join(keys)}
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [" ".join(str(part) for part in row) for row in cursor.fetchall()]
