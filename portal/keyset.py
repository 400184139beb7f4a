"""Pages of a list by key: the next page begins behind the last row shown, whatever was added or removed meanwhile.

Nobody counts rows, and the hundredth page costs what the first one does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)

# What stands between the parts of a key in the address; no part contains it.
SEPARATOR = "~"
OLDER, NEWER = PAGING = "after", "before"


@dataclass(frozen=True)
class KeysetPage(Generic[M]):
    """One page of a list with the addresses of its neighbours; an empty address where there is none."""

    items: list[M]
    next_url: str
    previous_url: str


@dataclass(frozen=True)
class Key:
    """One part of the key: a column (or annotation) of the queryset and how its text is read back."""

    name: str
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


def first_rows(queryset: QuerySet[M], order: Sequence[str], count: int) -> list[M]:
    """The first so many rows in this order."""
    return list(queryset.order_by(*order)[:count])


def keyset_page(
    request: HttpRequest,
    queryset: QuerySet[M],
    *,
    keys: Sequence[Key],
    size: int,
    descending: bool = False,
    read: Callable[[QuerySet[M], Sequence[str], int], list[M]] = first_rows,
) -> KeysetPage[M]:
    """The page that `?after=` or `?before=` asks for; the first one where neither can be read.

    `read` gives the first rows of the queryset in an order: a search has ways of its own to them.
    """
    params = request.GET
    backwards = NEWER in params
    values = _read(keys, params.get(NEWER) or params.get(OLDER) or "")
    if values is None:
        backwards = False
    else:
        queryset = queryset.filter(_beyond(keys, values, descending=descending != backwards))
    sign = "-" if descending != backwards else ""
    rows = read(queryset, [f"{sign}{key.name}" for key in keys], size + 1)
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows.reverse()
    follows, precedes = (True, more) if backwards else (more, values is not None)
    return KeysetPage(
        items=rows,
        next_url=_url(request, OLDER, keys, rows[-1]) if rows and follows else "",
        previous_url=_url(request, NEWER, keys, rows[0]) if rows and precedes else "",
    )


def _read(keys: Sequence[Key], text: str) -> list[Any] | None:
    parts = text.split(SEPARATOR)
    if len(parts) != len(keys):
        return None
    try:
        return [key.read(part) for key, part in zip(keys, parts, strict=True)]
    except (ValueError, OverflowError):
        return None


def _beyond(keys: Sequence[Key], values: Sequence[Any], *, descending: bool) -> Q:
    """(a, b) > (x, y), written out: a > x, or a = x and b > y."""
    compare = "lt" if descending else "gt"
    condition = Q(pk__in=[])
    equal = Q()
    for key, value in zip(keys, values, strict=True):
        condition |= equal & Q(**{f"{key.name}__{compare}": value})
        equal &= Q(**{key.name: value})
    return condition


def _url(request: HttpRequest, name: str, keys: Sequence[Key], row: Model) -> str:
    params = request.GET.copy()
    for old in (OLDER, NEWER):
        params.pop(old, None)
    params[name] = SEPARATOR.join(key.write(getattr(row, key.name)) for key in keys)
    return f"?{params.urlencode()}"


def read_moment(text: str) -> datetime:
    """A moment as it stands in an address. Raises ValueError for one without its time zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def read_id(text: str) -> int:
    """A row's id as it stands in an address. Raises ValueError for what no table holds."""
    number = int(text)
    if not 0 < number < 2**63:
        raise ValueError(text)
    return number


BY_ID: Sequence[Key] = (Key("id", read_id),)
