"""Who may do what with a wish, and why not: one decision for pages, API and services alike."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise

from portal.accounts.models import User
from wishes.wishes.domain import Action
from wishes.wishes.models import Wish


@dataclass(frozen=True)
class Decision:
    """Whether somebody may, and the sentence that says why not."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed


def can(user: User | AnonymousUser, action: Action, wish: Wish, *, on_behalf_of: User | None = None) -> Decision:
    """Whether this person may take this step with this wish now."""
    raise NotImplementedError


def actions_for(user: User | AnonymousUser, wish: Wish) -> list[Action]:
    """The steps this person may take now, for the buttons of a page."""
    raise NotImplementedError
