"""The wish a page is about, or those of a long list, read in one statement with all that is shown of them.

Half a dozen tables have a part in it. Put together anew for each request the statement would take longer to make than
to answer, so it is written out, and made once for each kind of page and of viewer.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models.expressions import RawSQL

from grids.bodies.queries import ACTS, remember_acts_for_none
from portal.accounts.models import User
from portal.columns import Columns
from wishes.wishes.domain import End, HandoverState
from wishes.wishes.models import Category, Wish
from wishes.wishes.surroundings import FROM, Surroundings
from wishes.wishes.views import panels
from wishes.wishes.views.cards import POINTS
from wishes.wishes.views.panels import Known

# What a category says to who chooses it is no part of the page.
_READ = Surroundings(of_category=("id", "code", "name", "parent_id", "is_active"))
_ACTS = "acts"
_KNOWN = (
    Known(_ACTS, ACTS.format(user="%(viewer)s")),
    # What the policies of a page would else ask for one by one.
    Known(
        "has_open_handover",
        "EXISTS (SELECT 1 FROM wishes_handover h "  # noqa: S608 - the state is one of the program's own
        f"WHERE h.wish_id = w.id AND h.state = '{HandoverState.OPEN}')",
        for_staff=True,
    ),
    Known("times_extended", "(SELECT count(*) FROM wishes_extension e WHERE e.wish_id = w.id)", for_staff=True),
)
_LAST_RATING = """
(SELECT json_build_object('speed', speed, 'attitude', attitude, 'result', result, 'comment', comment)::text
FROM wishes_rating r WHERE r.wish_id = w.id ORDER BY r.round DESC LIMIT 1)
"""
_SHOWN = (
    Known("has_photos", "EXISTS (SELECT 1 FROM wishes_wishphoto p WHERE p.wish_id = w.id)"),
    Known("last_rating", _LAST_RATING, read=lambda rating: json.loads(rating) if rating else None),
)


def read_wish(number: str, viewer: User | AnonymousUser, *, dressed: bool, for_staff: bool) -> Wish | None:
    """The wish of this number, whoever may see it.

    `dressed`: with everything its own page shows of it. `for_staff`: with what staff are shown, or may do with it.
    """
    which = "w.number = %(number)s AND w.number <> ''"
    return _read({"number": number}, which, viewer, dressed=dressed, for_staff=for_staff)


def read_wish_of_key(key: int, viewer: User | AnonymousUser, *, for_staff: bool) -> Wish | None:
    """The wish with this key, a draft too, with everything its own page shows of it, whoever may see it."""
    return _read({"key": key}, "w.id = %(key)s", viewer, dressed=True, for_staff=for_staff)


def _read(
    values: dict[str, Any], which: str, viewer: User | AnonymousUser, *, dressed: bool, for_staff: bool
) -> Wish | None:
    with connection.cursor() as cursor:
        cursor.execute(f"{_statement(dressed, for_staff)} WHERE {which}", {**values, "viewer": viewer.pk})
        row = cursor.fetchone()
    if row is None:
        return None
    read = iter(row)
    wish = _READ.take(read)
    if dressed:
        _take_along(wish, read)
    wish.__dict__.update((known.name, known.read(next(read))) for known in _known(dressed, for_staff))
    if not wish.__dict__.pop(_ACTS):
        remember_acts_for_none(viewer)
    return wish


# What a card of a long list shows, and around the words a search has found. All columns of a wish and of its author
# would take longer to read than to find.
_LISTED = (
    *("id", "number", "author_id", "territory_id", "community_id", "title", "state", "end", "special_group"),
    *("show_name", "contact_name", "kind", "quantity", "unit", "claimed_quantity"),
    *("due_at", "submitted_at", "fulfilled_at"),
)
_ON_CARD = Columns(Wish, "w", only=_LISTED)
_ON_FOUND_CARD = Columns(Wish, "w", only=(*_LISTED, "details", "place", "category_id"))
_POINTS = f"""
CASE WHEN w."end" = '{End.FULFILLED}' THEN (
    SELECT r.speed + r.attitude + r.result FROM wishes_rating r WHERE r.wish_id = w.id ORDER BY r.round DESC LIMIT 1
) END
"""  # noqa: S608 - the end is one of the program's own
_NAMED, _CALLED = Columns(User, "a", only=User.NAMED_BY), Columns(Category, "k", only=("id", "name"))


def read_listed(keys: RawSQL, order: Sequence[str], *, with_words: bool = False) -> list[Wish]:
    """The wishes with these keys, an array, in this order, with no more than cards show; places are named apart.

    `with_words`: also what a search shows around the words found.
    """
    ordering = ", ".join(f'w."{key[1:]}" DESC' if key.startswith("-") else f'w."{key}"' for key in order)
    with connection.cursor() as cursor:
        # Of what somebody asked for only the parameters of `keys` are made.
        cursor.execute(f"{_listed(with_words)} WHERE w.id = ANY ({keys.sql}) ORDER BY {ordering}", keys.params)
        return [_on_card(iter(row), with_words=with_words) for row in cursor.fetchall()]


def _on_card(row: Iterator[Any], *, with_words: bool) -> Wish:
    wish = (_ON_FOUND_CARD if with_words else _ON_CARD).take(row)
    assert wish is not None
    Wish.author.field.set_cached_value(wish, _NAMED.take(row))
    if with_words:
        Wish.category.field.set_cached_value(wish, _CALLED.take(row))
    _take_along(wish, row)
    wish.__dict__[POINTS] = next(row)
    return wish


@cache
def _listed(with_words: bool) -> str:
    read = [_ON_FOUND_CARD.sql, _NAMED.sql, _CALLED.sql] if with_words else [_ON_CARD.sql, _NAMED.sql]
    joins = ["LEFT JOIN wishes_category k ON k.id = w.category_id"] if with_words else []
    read += [*(columns.sql for *_, columns in _along()), _POINTS]
    joins += [join for _related, join, _columns in _along()]
    named = "FROM wishes_wish w JOIN portal_user a ON a.id = w.author_id"
    return f"SELECT {', '.join(read)} {named} {' '.join(joins)}"


def _take_along(wish: Wish, values: Iterator[Any]) -> None:
    for related, _join, columns in _along():
        found = columns.take(values)
        related.set_cached_value(wish, found)
        if found is not None:
            related.field.set_cached_value(found, wish)


@cache
def _known(dressed: bool, for_staff: bool) -> tuple[Known, ...]:
    known = (*_KNOWN, *_SHOWN, *panels.known()) if dressed else _KNOWN
    return tuple(one for one in known if for_staff or not one.for_staff)


@cache
def _along() -> tuple[tuple[Any, str, Columns[Any]], ...]:
    """Rows that features keep for each wish: the relation, its join, and the columns."""
    found = []
    for place, name in enumerate(panels.related()):
        related, alias = getattr(Wish, name).related, f"r{place}"
        join = f'LEFT JOIN {related.related_model._meta.db_table} {alias} ON {alias}."{related.field.column}" = w.id'
        found.append((related, join, Columns(related.related_model, alias)))
    return tuple(found)


@cache
def _statement(dressed: bool, for_staff: bool) -> str:
    along = _along() if dressed else ()
    read = [_READ.sql, *(columns.sql for *_, columns in along)]
    read += [known.sql for known in _known(dressed, for_staff)]
    joins = " ".join(join for _related, join, _columns in along)
    # All of it is written in the program; which wish and who asks are parameters.
    return f"SELECT {', '.join(read)} {FROM} {joins}"
