"""Reads of wishes that respect who is asking; every page and API list starts from `visible_to`."""

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from grids.roles.domain import HANDLER_ROLES
from grids.roles.models import Appointment
from grids.roles.queries import holds_anywhere, paths_of
from portal.accounts.models import User
from wishes.wishes.domain import OPEN_STATES, PUBLIC_ENDS, READING_ROLES, ClaimState, State

if TYPE_CHECKING:
    from grids.territory.models import Territory
    from wishes.wishes.models import Wish  # noqa: F401 - named in the base class


def under_paths(paths: list[str]) -> Q:
    """Wishes whose place lies in one of these subtrees; no path, no wish."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(path__startswith=path)
    return condition


def is_public() -> Q:
    """The public part of the wish may be read by anybody (docs/domain.md §2)."""
    running = Q(state__in=[State.PUBLISHED, State.CLAIMED, State.FULFILLED])
    ended = Q(state=State.CLOSED, published_at__isnull=False, end__in=list(PUBLIC_ENDS))
    return running | ended


class WishQuerySet(models.QuerySet["Wish"]):
    """Chainable reads of wishes."""

    def public(self) -> "WishQuerySet":
        """What anybody may read: published, claimed, fulfilled, and closed with a public end."""
        return self.filter(is_public())

    def handled_by(self, user: User) -> "WishQuerySet":
        """Submitted wishes in the places this person's appointments cover."""
        return self.exclude(state=State.DRAFT, number="").filter(under_paths(paths_of(user, HANDLER_ROLES)))

    def visible_to(self, user: User | AnonymousUser) -> "WishQuerySet":
        """Public wishes, one's own, those one has claimed, and those in the places one's staff roles cover."""
        if not isinstance(user, User):
            return self.public()
        staff = under_paths(paths_of(user, READING_ROLES)) & ~Q(state=State.DRAFT, number="")
        counted = [ClaimState.LIVE, ClaimState.DONE, ClaimState.ENDED]
        helped = apps.get_model("wishes", "Claim")._default_manager.filter(claimant=user, state__in=counted)
        own = Q(author=user) | Q(pk__in=helped.values("wish"))
        if holds_anywhere(user, HANDLER_ROLES):
            own |= Q(entered_by=user, state=State.DRAFT)
        return self.filter(is_public() | own | staff)

    def mine(self, user: User) -> "WishQuerySet":
        """Wishes of this resident, the newest first."""
        return self.filter(author=user).order_by("-id")

    def helped_by(self, user: User) -> "WishQuerySet":
        """Wishes this person holds or held a claim on that counted."""
        return self.filter(claims__claimant=user, claims__state__in=[ClaimState.LIVE, ClaimState.DONE]).distinct()

    def open(self) -> "WishQuerySet":
        """Wishes with which somebody still has to do something."""
        return self.filter(state__in=[str(state) for state in OPEN_STATES])

    def without_responsible(self) -> "WishQuerySet":
        """Open wishes nobody answers for, or whose responsible person holds no staff role any more."""
        term = Appointment.objects.in_force().filter(role__in=list(HANDLER_ROLES), user=models.OuterRef("responsible"))
        return self.open().filter(Q(responsible=None) | ~models.Exists(term))

    def work_list(self, user: User) -> "WishQuerySet":
        """The cadre's work list: open wishes of the places covered, what is due first first; paused ones last."""
        return self.open().handled_by(user).order_by(models.F("due_at").asc(nulls_last=True), "id")

    def in_territory(self, territory: "Territory") -> "WishQuerySet":
        """Wishes placed in this territory or below it."""
        return self.filter(path__startswith=territory.path)

    def for_cards(self) -> "WishQuerySet":
        """With everything a card shows, in one query."""
        return self.select_related("category", "territory", "community", "author", "source")
