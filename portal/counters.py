"""Numbers kept beside the rows they count: triggers that add and take away, so that no page counts a table.

Each kind of counter row is told by SQL of a counted row, in which `{row}` stands for the row itself.
"""

from collections.abc import Mapping
from typing import Any

import pgtrigger


def counting(table: str, *, by: Mapping[str, str], sums: Mapping[str, str]) -> str:
    """The body of a trigger that keeps a table of counters: its keys `by` column, its numbers (`sums`) by column.

    A row that comes is added, one that goes is taken away, one that changes is moved.
    """

    def of(row: str, wanted: Mapping[str, str]) -> list[str]:
        return [sql.format(row=row) for sql in wanted.values()]

    less = ", ".join(f"{name} = {name} - {sql}" for name, sql in zip(sums, of("OLD", sums), strict=True))
    more = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    here = " AND ".join(f"{name} = {sql}" for name, sql in zip(by, of("OLD", by), strict=True))
    return f"""
    IF TG_OP <> 'INSERT' THEN
        UPDATE {table} SET {less} WHERE {here};
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO {table} ({", ".join([*by, *sums])})
        VALUES ({", ".join([*of("NEW", by), *of("NEW", sums)])})
        ON CONFLICT ({", ".join(by)}) DO UPDATE SET {more};
    END IF;
    RETURN NULL;
"""  # noqa: S608 - constants of the models


def counters(func: str, *, came: str, changed: str, went: str = "", on: tuple[str, ...]) -> list[Any]:
    """The triggers by these names, counted when a transaction ends, so that nobody waits for a neighbour longer than
    a commit takes. `on` are the columns that a number depends on; without `went`, rows are never deleted."""
    occasions = [(came, pgtrigger.Insert, None), (changed, pgtrigger.Update, pgtrigger.AnyChange(*on))]
    occasions += [(went, pgtrigger.Delete, None)] if went else []
    return [
        pgtrigger.Trigger(
            name=name,
            when=pgtrigger.After,
            operation=operation,
            timing=pgtrigger.Deferred,
            func=func,
            **({"condition": condition} if condition is not None else {}),
        )
        for name, operation, condition in occasions
    ]
