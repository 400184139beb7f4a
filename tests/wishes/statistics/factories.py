"""Sums without the wishes behind them: what the public page reads, quickly made."""

from datetime import date

from grids.territory.domain import STEP
from grids.territory.models import Territory
from wishes.statistics.domain import Tally, level_paths
from wishes.statistics.models import StatCell
from wishes.wishes.models import Category

MARCH = date(2026, 3, 1)


def counted(
    place: Territory,
    category: Category,
    *,
    counts: dict[str, int] | None = None,
    month: date = MARCH,
    submitted: int = 1,
) -> None:
    """So many wishes of this place, category and month, at every level; those that are not said to have ended are open,
    and all were answered in time."""
    moved = {"submitted": submitted, "answered_in_time": submitted, **(counts or {})}
    for path in level_paths(str(place.path)):
        cell, _new = StatCell.objects.get_or_create(path=path, level=len(path) // STEP, category=category, month=month)
        for name, count in moved.items():
            setattr(cell, name, getattr(cell, name) + count)
        cell.save()


def tally(**counts: int) -> Tally:
    """Counts of one group."""
    return Tally(counts)
