"""When a person may be disturbed, and when gathered notices are sent (all hours are in Asia/Shanghai)."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

# Defaults that a person may change.
QUIET_FROM = time(21, 0)
QUIET_UNTIL = time(8, 0)

# Gathered notices go out at this hour, the weekly ones on this day (0 is Monday).
DIGEST_HOUR = 18
DIGEST_WEEKDAY = 4

MAX_ATTEMPTS = 6


class Rhythm(StrEnum):
    """How soon a channel tells a person (通知节奏)."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


class Standing(StrEnum):
    """Where one message to one person by one channel stands (投递状态)."""

    HELD = "held"
    GATHERED = "gathered"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    DEAD = "dead"
    UNKNOWN = "unknown"


def end_of_quiet(moment: datetime, starts: time, ends: time) -> datetime:
    """The first moment from this one on that is not in quiet hours. Equal times mean that there are none."""
    local = moment.astimezone(SHANGHAI)
    clock = local.time()
    if starts < ends:
        quiet, is_tomorrow = starts <= clock < ends, False
    elif starts > ends:
        quiet, is_tomorrow = clock >= starts or clock < ends, clock >= starts
    else:
        quiet, is_tomorrow = False, False
    if not quiet:
        return moment
    return datetime.combine(local.date() + timedelta(days=is_tomorrow), ends, tzinfo=SHANGHAI)


def next_digest(moment: datetime, rhythm: Rhythm) -> datetime:
    """When a notice of this moment is sent together with its like: today or tomorrow at six, or on Friday at six."""
    local = moment.astimezone(SHANGHAI)
    due = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    if rhythm == Rhythm.WEEKLY:
        due += timedelta(days=(DIGEST_WEEKDAY - local.weekday()) % 7)
    if due <= local:
        due += timedelta(days=7 if rhythm == Rhythm.WEEKLY else 1)
    return due
