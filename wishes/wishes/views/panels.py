"""What features that stand on the wish show on its pages, without the wish knowing them.

A feature registers functions in its `panels.py`, which the app imports when it is ready (see `portal.panels`).
Functions for cards get all wishes of a list at once. What a feature needs to know of each wish it can have read
together with the wish (`read_along`, `read_with_page`), so that its panels cost no query of their own.
"""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise

from grids.roles.domain import Role
from grids.roles.queries import holds_anywhere
from portal.accounts.models import User
from portal.outbox.telling import Along
from portal.panels import Panel, Slots
from wishes.wishes.models import Wish

if TYPE_CHECKING:
    from wishes.wishes.views.cards import Card


MOST_COUNTED = 99


class Slot(enum.StrEnum):
    """Where something can be shown on the page of one wish."""

    HEAD = "head"  # into <head>
    BUTTONS = "buttons"  # beside the smaller buttons; <a class="button"> or a form with one button
    BELOW = "below"  # at the end of the main column
    ASIDE = "aside"  # under 走到哪一步了
    POSTED = "posted"  # on the confirmation page, after whom to call


class CardSlot(enum.StrEnum):
    """Which cards something can be shown on."""

    LIST = "list"  # public lists
    SIMILAR = "similar"  # wishes like the one being posted


@dataclass(frozen=True)
class Tab:
    """One more tab beside 我许的 and 我帮的."""

    label: str | Promise
    route: str


@dataclass(frozen=True)
class Queue:
    """Things that wait for staff of these roles, one page of the desk away."""

    label: str | Promise
    route: str
    roles: frozenset[Role]
    waiting: Callable[[User], QuerySet[Any]]


@dataclass(frozen=True)
class QueuePill:
    """A queue as one person sees it; `count` is empty where nothing waits, and "99+" where there is more."""

    label: str | Promise
    route: str
    count: str


@dataclass(frozen=True)
class Known:
    """One thing to know of a wish on its page, read in the same statement: it becomes an attribute of the wish.

    In `sql`, `w` is the wish and `%(viewer)s` the key of who asks, NULL for a visitor. `for_staff`: asked for those who
    handle wishes anywhere, and for nobody else. `read` makes of the value what is wanted.
    """

    name: str
    sql: str
    for_staff: bool = False
    read: Callable[[Any], Any] = field(default=lambda value: value)


MakeCardPanels = Callable[[HttpRequest, list[Wish]], Mapping[int, Panel]]

_slots: Slots[Wish] = Slots()
panel = _slots.panel
panels_of = _slots.panels_of
# Stories that belong to a wish's own: see `portal.outbox.telling`.
along: Along[Wish] = Along()
_card_panels: dict[CardSlot, list[tuple[int, MakeCardPanels]]] = {slot: [] for slot in CardSlot}
_tabs: list[tuple[int, Tab]] = []
_queues: list[tuple[int, Queue]] = []
_read_along: list[str] = []
_known: list[Known] = []


def card_panels(slot: CardSlot, *, position: int = 50) -> Callable[[MakeCardPanels], MakeCardPanels]:
    """Show what the function makes on these cards, by the key of the wish."""

    def register(make: MakeCardPanels) -> MakeCardPanels:
        _card_panels[slot].append((position, make))
        _card_panels[slot].sort(key=lambda entry: entry[0])
        return make

    return register


def register_tab(tab: Tab, *, position: int = 50) -> None:
    """Offer one more list beside one's own wishes."""
    _tabs.append((position, tab))
    _tabs.sort(key=lambda entry: entry[0])


def register_queue(queue: Queue, *, position: int = 50) -> None:
    """Offer a way to it from the desk, with its count."""
    _queues.append((position, queue))
    _queues.sort(key=lambda entry: entry[0])


def read_along(related: str) -> None:
    """Have this row, of which there is one at most for a wish, read with it, on its page and on the cards of lists."""
    _read_along.append(related)


def read_with_page(known: Known) -> None:
    """Have this read together with a wish for its page."""
    _known.append(known)


def related() -> list[str]:
    """What is read together with each wish."""
    return list(_read_along)


def known() -> list[Known]:
    """What features want to know of a wish for its page."""
    return list(_known)


def dressed(request: HttpRequest, cards: Iterable["Card"], slot: CardSlot) -> list["Card"]:
    """The cards with what features show on them."""
    cards = list(cards)
    if not cards:
        return []
    wishes = [card.wish for card in cards]
    found = [make(request, wishes) for _position, make in _card_panels[slot]]
    return [replace(card, panels=tuple(made[card.wish.pk] for made in found if card.wish.pk in made)) for card in cards]


def queues_of(user: User) -> list[QueuePill]:
    """The queues this person sees to, all counted in one query, as far as a hundred."""
    mine = [queue for _position, queue in _queues if holds_anywhere(user, queue.roles)]
    if not mine:
        return []
    keys = [ArraySubquery(queue.waiting(user).order_by().values("pk")[: MOST_COUNTED + 1]) for queue in mine]
    (found,) = User.objects.filter(pk=user.pk).values_list(*keys)
    return [
        QueuePill(queue.label, queue.route, f"{MOST_COUNTED}+" if len(each) > MOST_COUNTED else str(len(each) or ""))
        for queue, each in zip(mine, found, strict=True)
    ]


def tabs() -> list[Tab]:
    """The tabs features have added, in order."""
    return [tab for _position, tab in _tabs]
