"""What is still open in a grid, asked of the wings above, which know what a grid has to do with it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils.functional import Promise

from grids.territory.models import Territory

# The grid, and the buildings whose matters are asked for; None for all of the grid.
Counter = Callable[[Territory, Collection[Territory] | None], int]


@dataclass(frozen=True, slots=True)
class OpenMatters:
    """A kind of open matter, such as wishes that nobody has met yet, and how many of them there are."""

    label: str | Promise
    count: int


_counters: dict[str, tuple[str | Promise, Counter]] = {}


def register_open_matters(key: str, *, label: str | Promise, counter: Counter) -> None:
    """Declares a kind of open matter that follows a grid or its buildings. Raises ValueError when the key is taken."""
    if key in _counters:
        raise ValueError(f"Open matters {key!r} are declared twice.")
    _counters[key] = (label, counter)


def open_matters(grid: Territory, buildings: Collection[Territory] | None = None) -> list[OpenMatters]:
    """Every kind with its number, in the order of their keys."""
    return [OpenMatters(label, counter(grid, buildings)) for _key, (label, counter) in sorted(_counters.items())]
