"""Use cases of what neighbours do around a wish."""

from wishes.neighbours.services.comments import (
    appeal_comment,
    decide_appeal,
    hide_comment,
    keep_comment,
    report_comment,
    take_back_comment,
    write_comment,
)
from wishes.neighbours.services.interests import add_interest, drop_interest
from wishes.neighbours.services.lookup import Status, forget_old_tries, read_status
from wishes.neighbours.services.merging import move_along

__all__ = [
    "Status",
    "add_interest",
    "appeal_comment",
    "decide_appeal",
    "drop_interest",
    "forget_old_tries",
    "hide_comment",
    "keep_comment",
    "move_along",
    "read_status",
    "report_comment",
    "take_back_comment",
    "write_comment",
]
