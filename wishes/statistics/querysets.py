"""Sums over cells."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet, Sum

from wishes.statistics.domain import MEASURES, Tally


def tallies(cells: "QuerySet[Any]", *by: str) -> Iterator[tuple[tuple[Any, ...], Tally]]:
    """The sums of these cells for each combination of these columns."""
    rows: Any = cells.order_by().values(*by).annotate(**{f"{name}_sum": Sum(name) for name in MEASURES})
    for row in rows:
        yield tuple(row[name] for name in by), Tally.of({name: row[f"{name}_sum"] for name in MEASURES})
