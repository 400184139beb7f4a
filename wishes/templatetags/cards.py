"""Draws the cards of a list of wishes."""

from collections.abc import Sequence

from django import template
from django.core.cache import caches
from django.core.cache.utils import make_template_fragment_key
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from wishes.wishes.views.cards import Card

register = template.Library()
DRAWN_BY = "wishes/wishes/parts/card_drawn.html"


@register.simple_tag(takes_context=True)
def cards(context: Context, found: Sequence[Card], own: bool = False) -> SafeString:
    """The cards one after the other; each is drawn once for the same content and kept in this process.

    `own`: of somebody's own wishes, whose state is told as their author reads it. What a card shows stands in
    `Card.drawn_from`; a card that does not say is drawn each time.
    """
    kept, language = caches["fragments"], get_language()
    keys = [card.drawn_from and make_template_fragment_key("card", [language, own, card.drawn_from]) for card in found]
    drawn: dict[str, str] = kept.get_many([key for key in keys if key])
    parts = []
    for card, key in zip(found, keys, strict=True):
        part = drawn.get(key)
        if part is None:
            part = _draw(context, card, own)
            if key:
                kept.set(key, part, None)
        parts.append(part)
    return mark_safe("".join(parts))  # noqa: S308 - drawn by a template, which has escaped what people wrote


def _draw(context: Context, card: Card, own: bool) -> str:
    assert context.template is not None
    drawing = context.template.engine.get_template(DRAWN_BY)
    with context.push(card=card, own=own):
        return drawing.render(context)
