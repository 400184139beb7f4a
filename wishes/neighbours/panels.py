"""What the feature shows on the pages of wishes."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import HANDLER_ROLES
from portal.masking import mask_name
from portal.panels import Panel
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.policies import can_be_interested, can_comment, has_slip
from wishes.neighbours.querysets import (
    NEWEST_COMMENTS,
    SHOWN_BESIDE,
    as_read,
    own_interest,
    standings_of,
    waiting_for,
)
from wishes.wishes.models import Wish
from wishes.wishes.policies import is_author, is_open_to_all
from wishes.wishes.views.access import viewer_of
from wishes.wishes.views.cards import place_words, state_words
from wishes.wishes.views.panels import (
    CardSlot,
    Known,
    Queue,
    Slot,
    Tab,
    card_panels,
    panel,
    read_along,
    read_with_page,
    register_queue,
    register_tab,
)

read_along("tally")
read_with_page(Known("is_followed", own_interest(InterestKind.FOLLOW)))
read_with_page(Known("is_needed_too", own_interest(InterestKind.ME_TOO)))
read_with_page(Known("newest_comments", NEWEST_COMMENTS, read=lambda said: json.loads(said) if said else []))
register_tab(Tab(_("我关注的"), "wish_following"))
register_queue(Queue(_("要看的留言"), "wish_comments_waiting", HANDLER_ROLES, waiting_for), position=20)


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


@panel(Slot.BELOW, position=20)
def what_neighbours_say(request: HttpRequest, wish: Wish) -> Panel | None:
    """The newest comments, and the way to all of them and to say something."""
    if not is_open_to_all(wish):
        return None
    said = getattr(wish, "newest_comments", [])
    comments = [
        {
            "id": one["id"],
            "text": one["text"],
            "at": datetime.fromisoformat(one["written_at"]),
            "who": one["display_name"] or mask_name(one["legal_name"]) or _("居民"),
        }
        for one in said[:SHOWN_BESIDE]
    ]
    may = can_comment(viewer_of(request), wish)
    context = {"wish": wish, "comments": comments, "has_more": len(said) > SHOWN_BESIDE, "may": may}
    return Panel("wishes/neighbours/parts/comments.html", context)


@panel(Slot.HEAD)
def for_other_sites(request: HttpRequest, wish: Wish) -> Panel | None:
    """What a messenger shows of the address: the public title, state and place, nothing of the person."""
    if not is_open_to_all(wish):
        return None
    context = {
        "wish": wish,
        "address": request.build_absolute_uri(wish.get_absolute_url()),
        "place": place_words(wish),
        "state": wish.get_end_display() if wish.end else state_words(wish) or wish.get_state_display(),
    }
    return Panel("wishes/neighbours/parts/open_graph.html", context)


@panel(Slot.ASIDE, position=30)
def handing_on(request: HttpRequest, wish: Wish) -> Panel | None:
    """The way to the address and code for others, and to the slip for whoever posted the wish."""
    may_share, has_own = is_open_to_all(wish), has_slip(viewer_of(request), wish)
    if not may_share and not has_own:
        return None
    context = {"wish": wish, "may_share": may_share, "has_slip": has_own}
    return Panel("wishes/neighbours/parts/handing_on.html", context)


@panel(Slot.POSTED)
def the_slip(request: HttpRequest, wish: Wish) -> Panel | None:
    """The slip on paper, where the number is told."""
    return Panel("wishes/neighbours/parts/slip_link.html", {"wish": wish})


@card_panels(CardSlot.LIST)
def numbers_on_cards(request: HttpRequest, wishes: list[Wish]) -> Mapping[int, Panel]:
    """How many wait, on the cards of lists."""
    return {
        pk: Panel("wishes/neighbours/parts/numbers_on_card.html", {"standing": one}, f"{one.followers} {one.me_too}")
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
