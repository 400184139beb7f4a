"""Wishes near by that may be the same matter: by what they are about, where they are and how their titles read.

The candidates are the newest open public wishes of the same community in the same category and its sisters, `NEWEST` of
each: every one of these few lists is read from the head of the index `wish_similar`, so that the cost does not grow
with the number of wishes. Only these candidates are compared, by the characters and pairs of characters they share.
Pairs and not triples, because most Chinese words have two characters and would share no triple.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from opencc import OpenCC

from grids.territory.models import Territory
from portal.accounts.models import User
from wishes.wishes.domain import Kind, State
from wishes.wishes.models import Category, Wish

NEWEST = 80
SHOWN = 5
# At how much likeness (0–1) two titles are worth showing beside each other.
ALIKE = 0.2
# Of the whole: how the words read, whether the category is the same, how near it is.
BY_WORDS, BY_CATEGORY, BY_PLACE = 0.6, 0.2, 0.2
# Characters that stand in any wish and say nothing about it.
EMPTY_WORDS = frozenset("的了吗呢吧啊是在有我你您他她它们个一不想请帮忙人谁能可以和与也就都很给")


@dataclass(frozen=True)
class Sought:
    """What is about to be wished for."""

    title: str
    category: Category
    place: Territory
    community: Territory

    @cached_property
    def grams(self) -> frozenset[str]:
        return grams(self.title)


def grams(text: str) -> frozenset[str]:
    """The characters and pairs of characters of a text that say what it is about; signs and little words divide it."""
    pieces, piece = [], ""
    for character in _converter().convert(unicodedata.normalize("NFKC", text)).lower():
        if character.isalnum() and character not in EMPTY_WORDS:
            piece += character
        else:
            pieces.append(piece)
            piece = ""
    pieces.append(piece)
    pairs = {piece[at : at + 2] for piece in pieces for at in range(len(piece) - 1)}
    return frozenset(pairs | {character for piece in pieces for character in piece})


@lru_cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much two texts have in common, 0–1; pairs count three times as much as single characters."""
    if not one or not other:
        return 0.0
    return 2 * _weight(one & other) / (_weight(one) + _weight(other))


def _weight(found: frozenset[str]) -> int:
    return sum(3 if len(gram) == 2 else 1 for gram in found)


def similar_wishes(sought: Sought, *, but_not_of: User | None = None, shown: int = SHOWN) -> list[int]:
    """Keys of open public wishes that may be the same matter, the likeliest first.

    A public matter of the same category in the same grid counts whatever its words, because two people seldom name one
    thing alike; everything else has to read alike.
    """
    found = []
    for pk, title, category_id, path in _candidates(sought, but_not_of):
        by_words = likeness(sought.grams, grams(title))
        same_category, same_place = category_id == sought.category.pk, path == sought.place.path
        shared = same_category and same_place and sought.category.kind == Kind.PUBLIC_MATTER
        if by_words >= ALIKE or shared:
            score = BY_WORDS * by_words + BY_CATEGORY * same_category + BY_PLACE * same_place
            found.append((score, pk))
    return [pk for _score, pk in sorted(found, reverse=True)[:shown]]


def sought_by(draft: Wish) -> Sought | None:
    """What a draft asks for; None while place, category or title are not known."""
    if draft.territory is None or draft.community is None or draft.category is None or not draft.title:
        return None
    return Sought(draft.title, draft.category, draft.territory, draft.community)


def _candidates(sought: Sought, but_not_of: User | None) -> Sequence[tuple[int, str, int, str]]:
    """The newest of each sister category, read one after the other from the index, in one query."""
    lists = []
    for category_id in _sisters(sought.category):
        wishes = Wish.objects.filter(
            community_id=sought.community.pk,
            category_id=category_id,
            state__in=[State.PUBLISHED, State.CLAIMED],
        )
        if but_not_of is not None:
            wishes = wishes.exclude(author=but_not_of)
        lists.append(wishes.order_by("-id").values_list("id", "title", "category_id", "path")[:NEWEST])
    return list(lists[0].union(*lists[1:], all=True))


def _sisters(category: Category) -> list[int]:
    """The category first, then others of its group."""
    if category.parent_id is None:
        return [category.pk]
    sisters = Category.objects.filter(parent_id=category.parent_id).exclude(pk=category.pk)
    return [category.pk, *sisters.values_list("pk", flat=True)]
