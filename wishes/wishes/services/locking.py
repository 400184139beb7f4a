"""Reading a wish for a step: its row held, with author, category and places, in a statement put together once."""

from django.db import connection

from wishes.wishes.models import Wish
from wishes.wishes.surroundings import FROM, Surroundings

_READ = Surroundings()
_LOCKED = f"SELECT {_READ.sql} {FROM} WHERE w.id = %s FOR UPDATE OF w"


def read_locked(key: int) -> Wish | None:
    """The wish as it is now, held until the transaction ends; None where it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [key])
        row = cursor.fetchone()
    return _READ.take(iter(row)) if row is not None else None
