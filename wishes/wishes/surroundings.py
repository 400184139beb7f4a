"""A wish with its author, category and places, for statements that are written out in SQL.

In them `w` is the wish, `a` its author, `k` its category, `t` its place and `c` its community.
"""

from collections.abc import Collection, Iterator
from typing import Any

from grids.territory.models import Territory
from grids.territory.reading import NOT_SHOWN_OF_PLACES
from portal.accounts.models import User
from portal.columns import Columns
from wishes.wishes.models import Category, Wish
from wishes.wishes.querysets import OF_ACCOUNTS

FROM = """
FROM wishes_wish w
JOIN portal_user a ON a.id = w.author_id
LEFT JOIN wishes_category k ON k.id = w.category_id
LEFT JOIN grids_territory t ON t.id = w.territory_id
LEFT JOIN grids_territory c ON c.id = w.community_id
"""


class Surroundings:
    """The columns that are read of a wish and of what is around it, less what nobody decides or shows.

    `of_category`: no more of the category than these columns.
    """

    def __init__(self, *, of_category: Collection[str] = ()) -> None:
        self._wish = Columns(Wish, "w")
        self._around = (
            (Wish.author.field, Columns(User, "a", without=OF_ACCOUNTS)),
            (Wish.category.field, Columns(Category, "k", only=of_category)),
            (Wish.territory.field, Columns(Territory, "t", without=NOT_SHOWN_OF_PLACES)),
            (Wish.community.field, Columns(Territory, "c", without=NOT_SHOWN_OF_PLACES)),
        )
        self.sql = ", ".join([self._wish.sql, *(columns.sql for _relation, columns in self._around)])

    def take(self, values: Iterator[Any]) -> Wish:
        """The wish of the next values of a row, with what is around it."""
        wish = self._wish.take(values)
        assert wish is not None
        for relation, columns in self._around:
            relation.set_cached_value(wish, columns.take(values))
        return wish
