"""The code on the screen: six digits that follow from a secret of the check-in and the time, and are stored nowhere.

Who copies the database cannot tell tomorrow's code: it needs the portal's own key as well.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.crypto import constant_time_compare, salted_hmac

from grids.gatherings.domain import CODE_DIGITS, code_step, step_ends
from grids.gatherings.models import Gathering

SALT = "grids.gatherings.check-in"


@dataclass(frozen=True, slots=True)
class Shown:
    """A code and until when it is shown; it is taken for as long again, so that nobody has to hurry."""

    digits: str
    until: datetime


def _digits(gathering: Gathering, step: int) -> str:
    secret = salted_hmac(SALT, f"{gathering.pk}:{gathering.code_seed}:{step}", algorithm="sha256").digest()
    number = int.from_bytes(secret[:8], "big") % 10**CODE_DIGITS
    return f"{number:0{CODE_DIGITS}d}"


def shown_code(gathering: Gathering, now: datetime, seconds: int) -> Shown:
    """What the screen shows now."""
    step = code_step(now, seconds)
    return Shown(_digits(gathering, step), datetime.fromtimestamp(step_ends(step, seconds), UTC))


def is_right(gathering: Gathering, code: str, now: datetime, seconds: int) -> bool:
    """Whether the code is the one shown now or the one before it."""
    step = code_step(now, seconds)
    given = "".join(sign for sign in code if sign.isdecimal())
    found = [constant_time_compare(given, _digits(gathering, each)) for each in (step, step - 1)]
    return any(found)
