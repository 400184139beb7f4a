"""Reading a wish for a step: its row held, with author, category and places, in a statement put together once."""

from django.db import connection

from grids.territory.models import Territory
from portal.accounts.models import User
from portal.columns import Columns
from wishes.wishes.models import Category, Wish
from wishes.wishes.querysets import ASIDE, OF_PLACES

_NOT_OF_ACCOUNTS = [name.removeprefix("author__") for name in ASIDE]
_NOT_OF_PLACES = [name.removeprefix("territory__") for name in OF_PLACES]
_WISH = Columns(Wish, "w")
_AROUND = (
    ("author", Columns(User, "a", without=_NOT_OF_ACCOUNTS)),
    ("category", Columns(Category, "k")),
    ("territory", Columns(Territory, "t", without=_NOT_OF_PLACES)),
    ("community", Columns(Territory, "c", without=_NOT_OF_PLACES)),
)
_LOCKED = f"""
SELECT {", ".join([_WISH.sql, *(columns.sql for _name, columns in _AROUND)])}
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
    for name, columns in _AROUND:
        Wish._meta.get_field(name).set_cached_value(wish, columns.take(values))  # type: ignore[union-attr]
    return wish
