"""Use cases of Party life. Import them from here."""

from grids.gatherings.services.attending import (
    answer_leave,
    ask_leave,
    check_in,
    close_check_in,
    code_for,
    mark,
    open_check_in,
    reveal_roll,
)
from grids.gatherings.services.ending import ask_what_became, end_check_ins
from grids.gatherings.services.minutes import (
    add_photo,
    remove_photo,
    reopen_minutes,
    save_minutes,
    sign_minutes,
)
from grids.gatherings.services.planning import cancel_gathering, change_gathering, plan_gathering
from grids.gatherings.services.reminding import remind_gatherings

__all__ = [
    "add_photo",
    "answer_leave",
    "ask_leave",
    "ask_what_became",
    "cancel_gathering",
    "change_gathering",
    "check_in",
    "close_check_in",
    "code_for",
    "end_check_ins",
    "mark",
    "open_check_in",
    "plan_gathering",
    "remind_gatherings",
    "remove_photo",
    "reopen_minutes",
    "reveal_roll",
    "save_minutes",
    "sign_minutes",
]
