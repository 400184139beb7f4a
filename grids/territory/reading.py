"""Places as pages show them: by key, without asking the database each time what they are called."""

from collections.abc import Iterable
from typing import Any

from django.core.cache import caches
from django.db import connection

from grids.territory.models import Territory

# What an administrator enters, such as another name, shows in the words of pages this many seconds later at most.
SHOWN_WITHIN = 60
NOT_SHOWN_OF_PLACES = {"boundary", "boundary_is_illustrative", "official_name", "numchild", "dissolved_on"}
_FIELDS = tuple(field.attname for field in Territory._meta.concrete_fields if field.attname not in NOT_SHOWN_OF_PLACES)


def places_as_read(keys: Iterable[int | None]) -> dict[int, Territory]:
    """Places by key as they were within the last minute, each a new object; one query for those not known yet.

    For showing them, and for what never changes of a place: nothing else is decided by it.
    """
    kept = caches["fragments"]
    named = {f"place.{key}": key for key in keys if key is not None}
    rows: dict[int, tuple[Any, ...]] = {named[name]: row for name, row in kept.get_many(named).items()}
    missing = [key for key in named.values() if key not in rows]
    if missing:
        at = _FIELDS.index("id")
        read = {row[at]: row for row in Territory.objects.filter(pk__in=missing).order_by().values_list(*_FIELDS)}
        kept.set_many({f"place.{key}": row for key, row in read.items()}, SHOWN_WITHIN)
        rows |= read
    return {key: Territory.from_db(connection.alias, _FIELDS, row) for key, row in rows.items()}
