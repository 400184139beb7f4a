"""Gatherings for a phone's calendar (RFC 5545), to be saved as a file and nothing else.

A feed that other servers fetch by an address would tell them who belongs to the Party. The file is handed to the
person, and what stands in it says "meeting" and where, since calendars show themselves on locked screens.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.gatherings.domain import GatheringState
from grids.gatherings.models import Gathering

FOLDED_AT = 70


def _text(value: str) -> str:
    """A value as it may stand in a line."""
    for sign in "\\;,":
        value = value.replace(sign, f"\\{sign}")
    return value.replace("\r", "").replace("\n", "\\n")


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _fold(line: str) -> str:
    """Lines of at most 75 octets; what is longer goes on behind a space, never within a character."""
    parts, part, size = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > FOLDED_AT:
            parts.append(part)
            part, size = "", 1
        part, size = part + sign, size + octets
    return "\r\n ".join([*parts, part])


def calendar_of(gatherings: Iterable[Gathering], *, now: datetime | None = None) -> str:
    """The file's content: one event each, called off where it is."""
    stamp = _moment(now or timezone.now())
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Wuwei//Gatherings//ZH", "CALSCALE:GREGORIAN"]
    for one in gatherings:
        address = f"{settings.SITE_URL.rstrip('/')}{one.get_absolute_url()}"
        cancelled = one.state == GatheringState.CANCELLED
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.uid}@wuwei",
            f"DTSTAMP:{stamp}",
            f"DTSTART:{_moment(one.starts_at)}",
            f"DTEND:{_moment(one.ends_at)}",
            f"SUMMARY:{_text(_('会议'))}",
            f"LOCATION:{_text(one.place)}",
            f"URL:{address}",
            f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
            "CLASS:PRIVATE",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_fold(line)}\r\n" for line in lines)


def calendar_response(gatherings: Iterable[Gathering], *, name: str) -> HttpResponse:
    """The file as an answer that is saved and that no cache keeps."""
    answer = HttpResponse(calendar_of(gatherings), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
