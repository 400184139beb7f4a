"""Telling people, and what people do with what they were told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal.accounts.models import User
from portal.outbox.models import Event


def notify(*, event: Event, kind: str, recipients: Iterable[int], params: Mapping[str, str], url: str) -> int:
    """Tell these users (by id) of an event; return how many were not told before. Called from outbox handlers."""
    raise NotImplementedError


def unread_count(user: User) -> int:
    """How many notices this person has not opened yet."""
    raise NotImplementedError
