"""What GeoReport v2 asks for, as rules without rows: dates, spans, texts, attributes, states."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.functional import Promise

from wishes.wishes.domain import End, State

# "Default query limit is a span of 90 days or first 1000 requests returned, whichever is smallest."
LONGEST_SPAN = timedelta(days=90)
MOST_ROWS = 1000
LONGEST_DESCRIPTION = 4000
LONGEST_TITLE = 60
OPEN, CLOSED = "open", "closed"
STATUSES = (OPEN, CLOSED)

# The subset of ISO 8601 named by the specification (http://www.w3.org/TR/NOTE-datetime). A plus that was not escaped
# in an address arrives as a space.
_W3C = re.compile(
    r"^(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?P<fraction>\.[0-9]{1,9})?)?"
    r"(?P<zone>Z|[+ -][0-9]{2}:?[0-9]{2}))?)?)?$"
)
_ATTRIBUTE = re.compile(r"^attribute\[(?P<code>[A-Za-z0-9_-]{1,40})\](?:\[\])?$")


class Fault(Exception):
    """The request cannot be fulfilled: 404 for what does not exist, 403 for a key, 400 for anything else.

    `code` stands in the body and may be more exact than the HTTP status.
    """

    def __init__(self, status: int, description: str | Promise, *, code: int = 0, retry_after: int = 0) -> None:
        super().__init__(description)
        self.status = status
        self.code = code or status
        self.description = description
        self.retry_after = retry_after


@dataclass(frozen=True)
class Span:
    """From when to when requests were made, both included."""

    start: datetime
    end: datetime


def parse_moment(text: str) -> datetime:
    """A W3C date and time; a date alone is its midnight in UTC. Raises ValueError."""
    found = _W3C.match(text.strip())
    if not found or not text.isascii():
        raise ValueError(text)
    part = found.groupdict()
    microsecond = int(float(part["fraction"] or 0) * 1_000_000)
    moment = datetime(
        int(part["year"]),
        int(part["month"] or 1),
        int(part["day"] or 1),
        int(part["hour"] or 0),
        int(part["minute"] or 0),
        int(part["second"] or 0),
        microsecond,
        tzinfo=UTC,
    )
    try:
        return moment - _offset(part["zone"] or "Z")
    except OverflowError:
        raise ValueError(text) from None


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset > timedelta(hours=14):
        raise ValueError(zone)
    return -offset if zone[0] == "-" else offset


def span_of(start: datetime | None, end: datetime | None, *, now: datetime) -> Span:
    """The span asked for: the most recent 90 days unless told. Raises ValueError where it is longer, or backwards."""
    try:
        if start is None:
            end = end or now
            start = end - LONGEST_SPAN
        elif end is None:
            end = min(start + LONGEST_SPAN, max(now, start))
    except OverflowError:
        raise ValueError("out of range") from None
    if not timedelta() <= end - start <= LONGEST_SPAN:
        raise ValueError("longer than 90 days")
    return Span(start, end)


def split_description(description: str, *, otherwise: str) -> tuple[str, str]:
    """Title (one line, 60 characters) and details of a wish from the one description of a request."""
    text = description.strip()
    first = next((line.strip() for line in text.splitlines() if line.strip()), "") or otherwise
    title = first if len(first) <= LONGEST_TITLE else first[: LONGEST_TITLE - 1] + "…"
    return title, "" if text == title else text


def attributes_of(fields: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
    """`attribute[code]=value` and `attribute[code][]=value` as values by code."""
    found: dict[str, list[str]] = {}
    for name, values in fields:
        if match := _ATTRIBUTE.match(name):
            found.setdefault(match["code"], []).extend(values)
    return found


def status_of(state: str) -> str:
    """open or closed: a wish is closed when it has its end, not when somebody says that it is done."""
    return CLOSED if state == State.CLOSED else OPEN


def status_notes(state: str, end: str, *, end_reason: str, referred_to: str) -> str:
    """Where the wish stands, in the words of the portal, with the public reason of its end."""
    if state != State.CLOSED:
        return str(State(state).label)
    words = [str(End(end).label), referred_to, end_reason]
    return "：".join(word for word in words if word)


def updated_at(moments: Iterable[datetime | None]) -> datetime | None:
    """When the request was last modified: the latest of its moments."""
    known = [moment for moment in moments if moment is not None]
    return max(known) if known else None
