"""The private part of a wish: masked by default, shown for a reason to those who need it, every look written down."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import User
from wishes.wishes.models import Wish


@dataclass(frozen=True)
class Contact:
    """How to reach the resident. `masked` says whether these are stars or the real thing."""

    name: str
    phone: str
    address: str
    masked: bool


def contact_for(*, viewer: User | AnonymousUser, wish: Wish) -> Contact:
    """The contact as stars, for everybody but the author; never the real thing of somebody else."""
    raise NotImplementedError


def reveal_contact(*, actor: User, wish: Wish, reason: str, at: datetime | None = None) -> Contact:
    """The real contact for the live claimant and the handlers; the look is recorded and shown to the author."""
    raise NotImplementedError
