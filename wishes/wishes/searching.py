"""Finding wishes by what they say, or by their number; the same for pages and programs.

There are two ways to a page of results, newest first, and each is slow where the other is quick (measured on 1,000,000
wishes): the index of grams fetches every wish that has the words before the newest are known, 1.4 s for a word that two
thirds of them have; walking the list and reading each wish's words reads the whole of it for a word that three have.
The planner knows how often a gram occurs, but not how the two tables lie to each other, and chose 29 s where 1 ms was
to be had. So it is asked how many wishes to expect, and the way is chosen here. A walk ends after so many wishes, as a
common word may be one that nobody has used of late.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import caches
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from wishes.wishes.models import SearchText, Wish
from wishes.wishes.models.finding import Grams
from wishes.wishes.querysets import numbered
from wishes.wishes.words import grams_of, number_asked, terms_of

# What reading one more wish of the list costs, in fetching one more by its words: two rows are read for each.
COST_OF_WALKING = 2
# So many seconds an answer of the planner is taken for true.
EXPECTED_FOR = 600
# Of so many pairs the planner is asked, in one question.
MOST_ASKED = 3
# After so many wishes of the list without enough to show, the words are looked up after all: some 50 ms.
FURTHEST = 10_000


# Reads the wishes of an array of keys.
Show = Callable[[RawSQL], "list[Wish]"]


def _having(grams: list[str]) -> "QuerySet[SearchText]":
    """Texts with all these pairs of characters."""
    return SearchText.objects.alias(grams=Grams(F("words"), F("internal"))).filter(grams__contains=grams)  # type: ignore[misc]


def first_keys(wishes: "QuerySet[Wish]", order: Sequence[str], count: int) -> RawSQL:
    """The keys of the first `count` of these wishes in this order, as an array: read before the wishes, and once."""
    sql, parameters = wishes.order_by(*order).values("pk")[:count].query.sql_with_params()
    return RawSQL(f"ARRAY({sql})", parameters)  # noqa: S611 - made by Django, what was asked for is a parameter


class IsAnyOf(Func):
    """Whether a value is among the elements of an array."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


@dataclass(frozen=True)
class Search:
    """What somebody looks for. `internal`: also in the words of the staff, for lists that only staff read."""

    query: str
    internal: bool = False

    @cached_property
    def terms(self) -> list[str]:
        """The words, all of which have to be there, in the writing that is searched."""
        return terms_of(self.query)

    def __bool__(self) -> bool:
        """Whether there is anything to look for: signs alone are nothing."""
        return bool(self.terms)

    def read(self, wishes: "QuerySet[Wish]", order: Sequence[str], count: int, show: Show | None = None) -> list[Wish]:
        """The first `count` of these wishes in this order that are found; a number or its end finds before words.

        `show` reads the wishes of an array of keys in this order; without it they are read as the queryset says.
        """
        show = show or (lambda keys: list(wishes.filter(IsAnyOf(F("pk"), keys)).order_by(*order)))
        if (number := number_asked(self.query)) and (
            found := show(first_keys(wishes.filter(numbered(number)), order, count))
        ):
            return found
        if self._is_walked(count):
            found = show(self._walk(wishes, order, count))
            if len(found) == count or not self._goes_on(wishes, order):
                return found
        return show(first_keys(wishes.filter(self._by_words()), order, count))

    def condition(self) -> Q:
        """On wishes of a set that is small beside the index: the planner may look each of them up, or the words.

        Costs no query of its own; what may be a number finds by number and by words.
        """
        found = Q(Exists(self._texts().filter(wish=OuterRef("pk"))))
        return found | numbered(number) if (number := number_asked(self.query)) else found

    @cached_property
    def grams(self) -> list[str]:
        """Every pair of characters of every term."""
        return list(dict.fromkeys(gram for term in self.terms for gram in grams_of(term)))

    def _is_walked(self, count: int) -> bool:
        """Whether so many are likely found sooner by walking the list than by fetching all that have the words.

        If one wish in `total / having` has them, the walk reads `count` times as many; the index gives `having`.
        """
        having, total = self._expected()
        return having * having > COST_OF_WALKING * count * total

    def _expected(self) -> tuple[int, int]:
        """How many texts have the rarest of the pairs, and how many there are, as the planner's statistics tell it.

        Each pair for itself, because it takes pairs for independent, and those of one word always come together. What
        it expects changes with the next ANALYZE, so it is asked once in ten minutes.
        """
        key = f"expected.{'.'.join(f'{ord(sign):x}' for sign in ' '.join(self.grams[:MOST_ASKED]))}"
        found: tuple[int, int] | None = caches["fragments"].get_or_set(key, self._ask_planner, EXPECTED_FOR)
        return found or (0, 0)

    def _ask_planner(self) -> tuple[int, int]:
        asked = [_having([gram]).values("pk") for gram in self.grams[:MOST_ASKED]]
        (answer,) = json.loads(SearchText.objects.values("pk").union(*asked, all=True).explain(format="json"))
        total, *having = (int(plan["Plan Rows"]) for plan in answer["Plan"]["Plans"])
        return min(having), total

    def _texts(self) -> "QuerySet[SearchText]":
        """The texts with all the terms, as the index finds them."""
        found = _having(self.grams)
        for term in self.terms:
            in_words = Q(words__contains=term)
            found = found.filter(in_words | Q(internal__contains=term) if self.internal else in_words)
        return found

    def _by_words(self) -> "IsAnyOf":
        """The wish is one of those found in the index. As an array the keys are read before the wishes, and once."""
        return IsAnyOf(F("pk"), ArraySubquery(self._texts().values("pk")))

    def _walk(self, wishes: "QuerySet[Wish]", order: Sequence[str], count: int) -> RawSQL:
        """Keys of the first `count` found among the first `FURTHEST` of the list, read only as far as needed."""
        names = [name.removeprefix("-") for name in order]
        listed, parameters = wishes.order_by(*order).values(*names)[:FURTHEST].query.sql_with_params()
        words = "t.words || ' ' || t.internal" if self.internal else "t.words"
        ordering = ", ".join(f'"{key[1:]}" DESC' if key.startswith("-") else f'"{key}"' for key in order)
        # What a person typed is among the parameters alone.
        sql = (
            f'ARRAY(SELECT listed."id" FROM ({listed}) AS listed JOIN wishes_searchtext t ON t.wish_id = listed."id" '  # noqa: S608
            f"WHERE {' AND '.join([f'strpos({words}, %s) > 0'] * len(self.terms))} ORDER BY {ordering} LIMIT {count:d})"
        )
        return RawSQL(sql, [*parameters, *self.terms])  # noqa: S611

    def _goes_on(self, wishes: "QuerySet[Wish]", order: Sequence[str]) -> bool:
        """Whether the list is longer than the walk."""
        return wishes.order_by(*order).values("pk")[FURTHEST : FURTHEST + 1].exists()
