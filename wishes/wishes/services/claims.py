"""Claiming (接单) and giving up. A service has exactly one live claim, however many reach for it at once."""

from datetime import datetime

from portal.accounts.models import User
from wishes.wishes.models import Claim, Wish


def claim_wish(
    *, actor: User, wish: Wish, message: str = "", quantity: int | None = None, at: datetime | None = None
) -> Claim:
    """Takes the wish on. Raises `Conflict` (code "already_claimed") when somebody was faster, `NotAllowed` with the reason."""
    raise NotImplementedError


def give_up_claim(*, actor: User, claim: Claim, reason: str, at: datetime | None = None) -> Wish:
    """The claimant cannot help after all; the wish is open again and its clock goes on."""
    raise NotImplementedError
