"""Waiting for the resident, and longer limits with a reason (docs/domain.md §2, "Urgency and limits")."""

from datetime import datetime

from portal.accounts.models import User
from wishes.wishes.models import Question, Wish


def pause_for_resident(*, actor: User, wish: Wish, question: str, at: datetime | None = None) -> Question:
    """Asks the resident something; the clock rests until the answer."""
    raise NotImplementedError


def answer_question(
    *, actor: User, question: Question, answer: str, on_behalf_of: User | None = None, at: datetime | None = None
) -> Wish:
    """The resident answers and the clock runs on."""
    raise NotImplementedError


def extend_wish(*, actor: User, wish: Wish, by: str, reason: str, at: datetime | None = None) -> Wish:
    """Gives more time: `by` is a limit code ("24h", "3d"); the reason is told to the resident."""
    raise NotImplementedError
