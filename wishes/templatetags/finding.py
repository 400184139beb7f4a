"""Marks what was looked for."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

from wishes.wishes import marking

register = template.Library()


@register.filter
def marked(text: str, terms: Sequence[str] | str) -> SafeString:
    """The text with the terms marked; as it is on pages where nothing is looked for."""
    return marking.marked(text, list(terms or ()))


@register.filter
def excerpt(text: str, terms: Sequence[str] | str) -> SafeString:
    """The part of the text around the first term; empty where there is none."""
    return marking.excerpt(text, list(terms or ()))
