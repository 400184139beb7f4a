"""The home of those who handle wishes: what is late, what is due today, what comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import HANDLER_ROLES, ResidencyStatus
from grids.roles.models import Residency
from grids.roles.policies import RESIDENCY_DECIDERS
from grids.roles.queries import holds_anywhere, paths_of
from portal.accounts.models import User
from wishes.wishes.domain import READING_ROLES, State
from wishes.wishes.models import Wish
from wishes.wishes.querysets import under_paths
from wishes.wishes.views.cards import Card, cards_of, for_cards

SHOWN = 12
# Beyond this the page says "more than": a home page does not count a district.
COUNTED = 200


@dataclass(frozen=True)
class Group:
    """Wishes that share how soon they are due."""

    label: str | Promise
    tone: str
    cards: list[Card]


def cadre_home(user: User, *, now: datetime) -> dict[str, Any]:
    """The page's context."""
    covered = under_paths(paths_of(user, READING_ROLES))
    todo = Wish.objects.open().filter(covered).order_by(F("due_at").asc(nulls_last=True), "id")
    dues = list(todo.values_list("due_at", "state")[:COUNTED])
    today = timezone.localdate(now)
    cards = cards_of(for_cards(todo)[:SHOWN], now=now)
    return {
        "name": user.legal_name or user.public_name,
        "today": today,
        "handles": holds_anywhere(user, HANDLER_ROLES),
        "desk_url": reverse("wish_desk" if holds_anywhere(user, HANDLER_ROLES) else "wish_list"),
        "decides_residency": holds_anywhere(user, RESIDENCY_DECIDERS),
        "late": sum(1 for due, _state in dues if due and due < now),
        "due_today": sum(1 for due, _state in dues if due and due >= now and timezone.localdate(due) == today),
        "to_receive": sum(1 for _due, state in dues if state in (State.SUBMITTED, State.VERIFYING)),
        "open": len(dues),
        "more": len(dues) == COUNTED,
        "residencies": _residencies_waiting(user),
        "groups": [group for group in _grouped(cards, now) if group.cards],
    }


def _residencies_waiting(user: User) -> int:
    paths = paths_of(user, RESIDENCY_DECIDERS)
    if not paths:
        return 0
    return Residency.objects.under(paths).filter(status=ResidencyStatus.REQUESTED)[:COUNTED].count()


def _grouped(cards: list[Card], now: datetime) -> list[Group]:
    today = timezone.localdate(now)
    groups = [
        Group(_("超时的"), "late", []),
        Group(_("今天到期"), "due", []),
        Group(_("接下来"), "", []),
        Group(_("暂停中，等居民回话"), "", []),
    ]
    for card in cards:
        due = card.wish.due_at
        place = 3 if due is None else 0 if due < now else 1 if timezone.localdate(due) == today else 2
        groups[place].cards.append(card)
    return groups
