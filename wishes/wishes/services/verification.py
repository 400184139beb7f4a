"""Facts first: verification (核实) of special groups by grid staff, and publication."""

from datetime import datetime

from portal.accounts.models import User
from wishes.wishes.models import Wish


def verify_wish(*, actor: User, wish: Wish, note: str, at: datetime | None = None) -> Wish:
    """Grid staff found the facts true. `note` is private and required. Publishes unless the category is looked at first."""
    raise NotImplementedError


def reject_verification(*, actor: User, wish: Wish, reason: str, note: str = "", at: datetime | None = None) -> Wish:
    """Sends the wish back to its author with a reason; it becomes a draft that keeps its number, its clock rests."""
    raise NotImplementedError


def publish_wish(*, actor: User, wish: Wish, at: datetime | None = None) -> Wish:
    """A moderated wish has been looked at and is public from now on."""
    raise NotImplementedError
