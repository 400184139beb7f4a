"""The home of residents and volunteers: what to do, my wishes, wishes near by."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Window
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.incidents.queries import calls_waiting
from grids.patrols.domain import WALKERS
from grids.roles.domain import Role
from grids.roles.models import Residency, ResidencyStatus
from grids.roles.queries import held_by
from portal.accounts.models import User
from portal.site.contacts import whom_to_call
from portal.site.place import place_of
from wishes.wishes.domain import State
from wishes.wishes.models import Wish
from wishes.wishes.views.cards import Card, cards_of, for_cards
from wishes.wishes.views.helping import helper_names

MINE_SHOWN = 2
NEAR_SHOWN = 4


# What a state means for the one who waits, in elder mode.
IN_PLAIN_WORDS: dict[str, str | Promise] = {
    State.DRAFT: _("请您再补一句"),
    State.SUBMITTED: _("收到了，正在安排"),
    State.VERIFYING: _("网格员会来看看您"),
    State.PUBLISHED: _("正在找人帮您"),
    State.CLAIMED: _("有人来帮您了"),
    State.FULFILLED: _("办好了，请您看看"),
}


@dataclass(frozen=True)
class MyWish:
    """One's own wish on the home page; `words` are said instead of the state where they are simpler."""

    card: Card
    words: str
    helper: str


def resident_home(user: User, *, elder: bool, now: datetime) -> dict[str, Any]:
    """The page's context."""
    place = place_of(user)
    sent = for_cards(Wish.objects.mine(user).exclude(state=State.DRAFT, number=""))
    mine = list(sent.annotate(total=Window(Count("pk")))[:MINE_SHOWN])
    helpers = helper_names(mine)
    wanted = Wish.objects.public().filter(state__in=[State.PUBLISHED, State.CLAIMED]).exclude(author=user)
    if place.community:
        wanted = wanted.filter(community=place.community)
    near = [] if elder else list(for_cards(wanted).order_by("-id")[:NEAR_SHOWN])
    cards = {card.wish.pk: card for card in cards_of([*mine, *near], now=now)}
    return {
        "name": user.display_name or user.legal_name,
        "mine": [
            MyWish(
                cards[wish.pk],
                str(IN_PLAIN_WORDS.get(wish.state, "")) if elder else "",
                helpers.get(wish.pk, ""),
            )
            for wish in mine
        ],
        "mine_total": getattr(mine[0], "total", 0) if mine else 0,
        "near": [cards[wish.pk] for wish in near],
        "place": place,
        "request_waits": not place.community and _request_waits(user),
        "volunteers": any(held.role == Role.VOLUNTEER for held in held_by(user)),
        "walks": any(held.role in WALKERS for held in held_by(user)),
        "calls": calls_waiting(user),
        "call": whom_to_call(place) if elder else None,
    }


def _request_waits(user: User) -> bool:
    return Residency.objects.filter(user=user, status=ResidencyStatus.REQUESTED).exists()
