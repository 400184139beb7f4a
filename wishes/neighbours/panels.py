"""What the feature shows on the pages of wishes."""

from collections.abc import Mapping

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from wishes.neighbours.domain import InterestKind
from wishes.neighbours.policies import can_be_interested, is_open_to_all
from wishes.neighbours.querysets import as_read, own_interests, standings_of
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_author
from wishes.wishes.views.access import viewer_of
from wishes.wishes.views.panels import (
    CardSlot,
    Panel,
    Slot,
    Tab,
    card_panels,
    panel,
    read_along,
    read_for,
    register_tab,
)

read_along("tally")
read_for(own_interests)
register_tab(Tab(_("我关注的"), "wish_following"))


@panel(Slot.ASIDE, position=20)
def waiting_neighbours(request: HttpRequest, wish: Wish) -> Panel | None:
    """How many follow it and need the same, with the two buttons."""
    if not is_open_to_all(wish):
        return None
    viewer = viewer_of(request)
    context = {
        "wish": wish,
        "standing": as_read(wish),
        "may_follow": not is_author(viewer, wish) and bool(can_be_interested(viewer, InterestKind.FOLLOW, wish)),
        "may_need": not is_author(viewer, wish) and bool(can_be_interested(viewer, InterestKind.ME_TOO, wish)),
        "may_ask": not viewer.is_authenticated,
    }
    return Panel("wishes/neighbours/parts/waiting.html", context)


@card_panels(CardSlot.LIST)
def numbers_on_cards(request: HttpRequest, wishes: list[Wish]) -> Mapping[int, Panel]:
    """How many wait, on the cards of lists."""
    return {
        pk: Panel("wishes/neighbours/parts/numbers_on_card.html", {"standing": one})
        for pk, one in ((wish.pk, as_read(wish)) for wish in wishes)
        if one.followers or one.me_too
    }


@card_panels(CardSlot.SIMILAR)
def follow_this(request: HttpRequest, wishes: list[Wish]) -> Mapping[int, Panel]:
    """A button on each wish like the one being posted: follow this one instead."""
    viewer = viewer_of(request)
    found = standings_of(viewer, wishes)
    return {
        wish.pk: Panel(
            "wishes/neighbours/parts/follow_this.html",
            {
                "wish": wish,
                "standing": found[wish.pk],
                "may_follow": bool(can_be_interested(viewer, InterestKind.FOLLOW, wish)),
                "may_need": bool(can_be_interested(viewer, InterestKind.ME_TOO, wish)),
            },
        )
        for wish in wishes
    }
