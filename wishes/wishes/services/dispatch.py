"""Dispatch (派单): place and category decide the grid and the person responsible, at once; and handing on (转派)."""

from datetime import datetime

from portal.accounts.models import User
from wishes.wishes.models import Wish


def transfer_wish(*, actor: User, wish: Wish, to: User, reason: str, at: datetime | None = None) -> Wish:
    """Hands the wish to another handler of its place, who is responsible from now on. The clock goes on."""
    raise NotImplementedError
