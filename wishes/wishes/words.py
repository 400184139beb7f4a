"""Words as they are compared when somebody searches: one writing for simplified and traditional, wide and narrow, large
and small letters. Pure text; the same on both sides of every search."""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

LONGEST_QUERY = 80
LONGEST_TERM = 20
MOST_TERMS = 5
# A number as it is told, its digits alone, or the end of it: 2026-1121-0037, 202611210037, 1121-0037, 0037.
NUMBER = re.compile(r"(?:(?:(20\d{2})-?)?(\d{4})-?)?(\d{4,6})")


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


class _Simplified(dict[int, str]):
    """Each character's simplified form, looked up once.

    Character by character: OpenCC chooses some forms by their neighbours, and a part of a text has to become the same
    as that part of the whole.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        kind = unicodedata.category(character)
        found = str(_simplifier().convert(character))
        if kind[0] in "ZCPS":
            # Signs without a width of their own part no words.
            found = "" if kind == "Cf" else " "
        self[code] = found
        return found


_SIMPLIFIED = _Simplified()


def fold(text: str) -> str:
    """The text in the writing that is searched: NFKC, small letters, simplified; signs and line ends are one space."""
    small = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(small.translate(_SIMPLIFIED).split())


def terms_of(query: str) -> list[str]:
    """The words somebody looks for, all of which have to be there; none where the query has only signs."""
    found = dict.fromkeys(term[:LONGEST_TERM] for term in fold(query[:LONGEST_QUERY]).split())
    return list(found)[:MOST_TERMS]


def grams_of(term: str) -> list[str]:
    """What the index knows of a term: its pairs of characters; of a single character, itself."""
    if len(term) == 1:
        return [term]
    return sorted({term[n : n + 2] for n in range(len(term) - 1)})


def number_asked(query: str) -> str:
    """The number or the end of one, with its dashes, where the query can be one; else empty."""
    bare = "".join(unicodedata.normalize("NFKC", query[:LONGEST_QUERY]).split())
    found = NUMBER.fullmatch(bare) if bare.isascii() else None
    return "-".join(part for part in found.groups() if part) if found else ""
