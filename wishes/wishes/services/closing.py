"""The other ends, each with its own public reason: cannot be done, not ours, duplicate, declined, withdrawn."""

from datetime import datetime

from portal.accounts.models import User
from wishes.wishes.models import Wish


def close_cannot_be_done(*, actor: User, wish: Wish, reason: str, at: datetime | None = None) -> Wish:
    """It cannot be done (办不了); `reason` is public."""
    raise NotImplementedError


def close_not_ours(*, actor: User, wish: Wish, referred_to: str, reason: str = "", at: datetime | None = None) -> Wish:
    """Another body's matter (转请别处办理); `referred_to` names it to the public."""
    raise NotImplementedError


def close_duplicate(*, actor: User, wish: Wish, of: Wish, reason: str = "", at: datetime | None = None) -> Wish:
    """The same matter as another public wish, which goes on."""
    raise NotImplementedError


def decline_wish(*, actor: User, wish: Wish, reason: str, at: datetime | None = None) -> Wish:
    """Not taken on (不予受理); the reason is told to the author."""
    raise NotImplementedError


def withdraw_wish(
    *, actor: User, wish: Wish, reason: str = "", on_behalf_of: User | None = None, at: datetime | None = None
) -> Wish:
    """The author takes the wish back (撤回)."""
    raise NotImplementedError
