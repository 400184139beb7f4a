"""Reading a wish for a step: its row held, with author, category and places, in a statement put together once."""

from django.db import connection

from grids.territory.tree import hold_place
from wishes.wishes.models import Wish
from wishes.wishes.surroundings import FROM, Surroundings

_READ = Surroundings()
_LOCKED = f"SELECT {_READ.sql} {FROM} WHERE w.id = %s FOR UPDATE OF w"

# The grid first: where the net is being changed, that is waited for, and the wish is read as it is left by then.
_LOCKED_IN_PLACE = f"""
WITH place AS MATERIALIZED (
    SELECT id, code, path, dissolved_on FROM grids_territory
    WHERE id = (SELECT territory_id FROM wishes_wish WHERE id = %s) FOR KEY SHARE
)
SELECT place.id, place.code, place.path, place.dissolved_on, {_READ.sql} {FROM}
LEFT JOIN place ON true WHERE w.id = %s FOR UPDATE OF w
"""  # noqa: S608 - names of columns


def read_locked(key: int) -> Wish | None:
    """The wish as it is now, held until the transaction ends; None where it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [key])
        row = cursor.fetchone()
    return _READ.take(iter(row)) if row is not None else None


def read_locked_in_place(key: int) -> Wish | None:
    """As `read_locked`, and its grid held as `hold_place` does, with its number and end as they stay for now."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED_IN_PLACE, [key, key])
        row = cursor.fetchone()
    if row is None:
        return None
    held, *values = row[:4]
    wish = _READ.take(iter(row[4:]))
    assert wish is not None
    if wish.territory is not None and wish.territory_id == held:
        wish.territory.code, wish.territory.path, wish.territory.dissolved_on = values
    elif wish.territory is not None:
        hold_place(wish.territory)  # Somebody chose another grid in between.
    return wish
