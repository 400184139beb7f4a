"""Keeping wishes findable: their words in the writing that is searched, and the numbers of the map, counted anew."""

from collections.abc import Iterable, Iterator

from django.db import connection, transaction
from django.db.models import Count

from wishes.wishes.domain import State
from wishes.wishes.models import OpenCount, SearchText, Wish
from wishes.wishes.words import fold

BATCH = 2000
# The columns of a wish from which `search_text` is made, and the number, without which nothing is searched.
SEARCHED = frozenset({"number", "title", "details", "place", "category_id", "end_reason", "referred_to"})


def search_text(wish: Wish) -> SearchText:
    """What of this wish can be searched: the words anybody may read, and apart from them those of the staff.

    Never the address, the contact or a name, which are nobody's to search. The category has to be loaded.
    """
    category = wish.category.name if wish.category else ""
    words = " ".join((wish.title, wish.details, wish.place, category))
    return SearchText(wish=wish, words=fold(words), internal=fold(f"{wish.end_reason} {wish.referred_to}"))


def keep_findable(wish: Wish) -> None:
    """Writes the words of a submitted wish where they have changed; in the transaction of the change itself.

    One statement, which touches nothing when the words are what they were.
    """
    if wish.number:
        _write([search_text(wish)])


def index_words(*, after: int = 0, everything: bool = False, category: int | None = None) -> Iterator[int]:
    """Writes the words of submitted wishes, batch after batch; yields the key of the last wish of each batch.

    Without `everything`, only of wishes that have none. A batch is a transaction, so that a stop loses one at most.
    """
    while True:
        with transaction.atomic():
            wishes = Wish.objects.exclude(number="").filter(pk__gt=after).order_by("pk")
            if category is not None:
                wishes = wishes.filter(category_id=category)
            if not everything:
                wishes = wishes.filter(search_text=None)
            # Locked, so that nobody's newer words are written over.
            batch = list(wishes.select_related("category").select_for_update(of=("self",))[:BATCH])
            if not batch:
                return
            _write(search_text(wish) for wish in batch)
        after = batch[-1].pk
        yield after


@transaction.atomic
def recount_open_wishes() -> int:
    """Counts the open public wishes of every place anew; returns how many places had another number."""
    with connection.cursor() as cursor:
        # Nobody changes a number while it is counted.
        cursor.execute("LOCK TABLE wishes_opencount IN SHARE ROW EXCLUSIVE MODE")
    found = Wish.objects.filter(state=State.PUBLISHED).order_by().values("territory")
    counted = dict(found.annotate(number=Count("pk")).values_list("territory", "number"))
    kept = dict(OpenCount.objects.values_list("territory_id", "open"))
    wrong = [place for place in counted.keys() | kept.keys() if counted.get(place, 0) != kept.get(place, 0)]
    OpenCount.objects.bulk_create(
        [OpenCount(territory_id=place, open=counted.get(place, 0)) for place in wrong],
        update_conflicts=True,
        unique_fields=["territory"],
        update_fields=["open"],
    )
    return len(wrong)


def _write(texts: Iterable[SearchText]) -> None:
    rows = [(text.wish_id, text.words, text.internal) for text in texts]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO wishes_searchtext AS t (wish_id, words, internal)
            SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[])
            ON CONFLICT (wish_id) DO UPDATE SET words = excluded.words, internal = excluded.internal
            WHERE (t.words, t.internal) IS DISTINCT FROM (excluded.words, excluded.internal)
            """,
            [[row[column] for row in rows] for column in range(3)],
        )
