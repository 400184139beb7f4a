"""Fulfilment, the resident's word on it (评单), and reopening."""

from collections.abc import Sequence
from datetime import datetime

from portal.accounts.models import User
from portal.photos.models import Photo
from wishes.wishes.domain import Stars
from wishes.wishes.models import Wish


def fulfil_claim(
    *, actor: User, wish: Wish, note: str = "", photos: Sequence[Photo] = (), at: datetime | None = None
) -> Wish:
    """The claimant or a handler says it is done, with 1–9 photos or a note of thanks. The clock stops."""
    raise NotImplementedError


def confirm_wish(
    *,
    actor: User,
    wish: Wish,
    stars: Stars,
    comment: str = "",
    on_behalf_of: User | None = None,
    at: datetime | None = None,
) -> Wish:
    """The resident confirms and rates; the wish is closed as fulfilled."""
    raise NotImplementedError


def auto_confirm_wish(*, wish: Wish, at: datetime | None = None) -> Wish:
    """Nobody answered in time: closed as fulfilled without a rating."""
    raise NotImplementedError


def reopen_wish(
    *, actor: User, wish: Wish, reason: str, on_behalf_of: User | None = None, at: datetime | None = None
) -> Wish:
    """Not done yet, says the resident: within 7 days, twice at most; back to the same person, the clock starts anew."""
    raise NotImplementedError
