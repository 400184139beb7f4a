"""The words somebody looked for, marked where they stand in what a wish says."""

from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from wishes.wishes.words import fold

BEFORE = 12
LONGEST = 60


def spans(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    """Where terms stand in the text as it was written: begin and end of each place, in order, none within another."""
    folded, origin = "", []
    for place, character in enumerate(text):
        letters = fold(character) or " "
        folded += letters
        origin += [place] * len(letters)
    found: list[tuple[int, int]] = []
    for term in terms:
        at = folded.find(term)
        while term and at >= 0:
            found.append((origin[at], origin[at + len(term) - 1] + 1))
            at = folded.find(term, at + len(term))
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def marked(text: str, terms: Sequence[str]) -> SafeString:
    """The text as HTML, with the terms in <mark>; everything else is escaped."""
    parts: list[SafeString] = []
    at = 0
    for begin, end in spans(text, terms) if terms else []:
        parts += [format_html("{}", text[at:begin]), format_html("<mark>{}</mark>", text[begin:end])]
        at = end
    return format_html_join("", "{}", ((part,) for part in [*parts, format_html("{}", text[at:])]))


def excerpt(text: str, terms: Sequence[str]) -> SafeString:
    """The part of a longer text around the first of the terms, marked; empty where none stands in it."""
    found = spans(text, terms) if terms else []
    if not found:
        return SafeString("")
    start = max(found[0][0] - BEFORE, 0)
    end = start + LONGEST
    piece = " ".join(text[start:end].split())
    return format_html("{}{}{}", "…" if start else "", marked(piece, terms), "…" if end < len(text) else "")
