"""The home of somebody who is not signed in: what this is, and what neighbours ask for right now."""

from datetime import datetime
from typing import Any

from wishes.wishes.domain import State
from wishes.wishes.models import Wish
from wishes.wishes.views.cards import cards_of, for_cards

SHOWN = 4


def visitor_home(*, now: datetime) -> dict[str, Any]:
    """The page's context: the newest public wishes that wait for somebody."""
    wishes = for_cards(Wish.objects.public().filter(state=State.PUBLISHED)).order_by("-id")[:SHOWN]
    return {"cards": cards_of(wishes, now=now)}
