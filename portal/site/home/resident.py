"""The home of residents and volunteers: what to do, my wishes, wishes near by."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Window

from grids.roles.domain import Role
from grids.roles.models import Residency, ResidencyStatus
from grids.roles.queries import held_by
from portal.accounts.models import User
from portal.site.contacts import whom_to_call
from portal.site.place import place_of
from wishes.wishes.domain import State
from wishes.wishes.models import Wish
from wishes.wishes.views.cards import cards_of, for_cards

MINE_SHOWN = 2
NEAR_SHOWN = 4


def resident_home(user: User, *, elder: bool, now: datetime) -> dict[str, Any]:
    """The page's context."""
    place = place_of(user)
    mine = list(
        for_cards(Wish.objects.mine(user).exclude(state=State.DRAFT, number="")).annotate(total=Window(Count("pk")))[
            :MINE_SHOWN
        ]
    )
    wanted = Wish.objects.public().filter(state__in=[State.PUBLISHED, State.CLAIMED]).exclude(author=user)
    if place.community:
        wanted = wanted.filter(community=place.community)
    near = [] if elder else list(for_cards(wanted).order_by("-id")[:NEAR_SHOWN])
    cards = {card.wish.pk: card for card in cards_of([*mine, *near], now=now)}
    return {
        "name": user.display_name or user.legal_name,
        "mine": [cards[wish.pk] for wish in mine],
        "mine_total": getattr(mine[0], "total", 0) if mine else 0,
        "near": [cards[wish.pk] for wish in near],
        "place": place,
        "request_waits": not place.community and _request_waits(user),
        "volunteers": any(held.role == Role.VOLUNTEER for held in held_by(user)),
        "call": whom_to_call(place) if elder else None,
    }


def _request_waits(user: User) -> bool:
    return Residency.objects.filter(user=user, status=ResidencyStatus.REQUESTED).exists()
