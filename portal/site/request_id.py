"""A short number for each request, which a person can read out on the phone and an operator finds in the log."""

import logging
import secrets
from contextvars import ContextVar

# No 0/O, 1/I/L, 8/B: what is read out must be heard right.
ALPHABET = "2345679ACDEFGHJKMNPQRSTUVWXYZ"
_current: ContextVar[str] = ContextVar("request_id", default="-")


def new_request_id() -> str:
    """Two groups of four, as in K7QM-2F4X: 29^8 different ones."""
    letters = [secrets.choice(ALPHABET) for _ in range(8)]
    return f"{''.join(letters[:4])}-{''.join(letters[4:])}"


def current_request_id() -> str:
    """The number of the request being answered in this context, "-" outside of one."""
    return _current.get()


def set_request_id(value: str) -> None:
    """Names the request that this context answers."""
    _current.set(value)


class RequestIdFilter(logging.Filter):
    """Puts `request_id` on each log record, for `%(request_id)s` in a format."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        return True
