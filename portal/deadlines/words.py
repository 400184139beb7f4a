"""A clock in words: how it came to be due when it is, how long remains, how urgent it is."""

from datetime import datetime

from django.utils.translation import gettext as _

from portal.deadlines.models import Clock


def explain(clock: Clock, now: datetime) -> list[str]:
    """The life of a clock in sentences, oldest first."""
    return [_("开始计时，限 {limit}").format(limit=clock.limit)]


def remaining_words(clock: Clock, now: datetime) -> str:
    """How long remains, in few words."""
    return str(clock.due_at)
