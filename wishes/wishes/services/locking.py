"""Reading a wish for a step: its row held, with author, category and places, in a statement put together once."""

from django.db import connection

from grids.territory.models import Territory
from grids.territory.reading import NOT_SHOWN_OF_PLACES
from portal.accounts.models import User
from portal.columns import Columns
from wishes.wishes.models import Category, Wish
from wishes.wishes.querysets import OF_ACCOUNTS

_WISH = Columns(Wish, "w")
_AROUND = (
    (Wish.author.field, Columns(User, "a", without=OF_ACCOUNTS)),
    (Wish.category.field, Columns(Category, "k")),
    (Wish.territory.field, Columns(Territory, "t", without=NOT_SHOWN_OF_PLACES)),
    (Wish.community.field, Columns(Territory, "c", without=NOT_SHOWN_OF_PLACES)),
)
_LOCKED = f"""
SELECT {", ".join([_WISH.sql, *(columns.sql for _relation, columns in _AROUND)])}
FROM wishes_wish w
JOIN portal_user a ON a.id = w.author_id
LEFT JOIN wishes_category k ON k.id = w.category_id
LEFT JOIN grids_territory t ON t.id = w.territory_id
LEFT JOIN grids_territory c ON c.id = w.community_id
WHERE w.id = %s FOR UPDATE OF w
"""  # noqa: S608 - names of columns


def read_locked(key: int) -> Wish | None:
    """The wish as it is now, held until the transaction ends; None where it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCKED, [key])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    wish = _WISH.take(values)
    assert wish is not None
    for relation, columns in _AROUND:
        relation.set_cached_value(wish, columns.take(values))
    return wish
