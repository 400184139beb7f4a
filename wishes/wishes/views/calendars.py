"""What pages tell of the setting of a place, as it was within the last minute: working days, and who answers last.

Nothing is decided by it. Due times themselves are stored and need no calendar to be shown.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.core.cache import caches
from django.utils.translation import get_language

from grids.bodies.domain import BodyKind
from grids.bodies.queries import nearest_body
from grids.territory.reading import SHOWN_WITHIN
from portal.deadlines.calendar import ChinaCalendar, Exceptions, calendars_for, exceptions
from portal.deadlines.words import Urgency, urgency_of


def reading_calendars(territory_ids: Iterable[int | None]) -> dict[int | None, ChinaCalendar]:
    """The calendars of places, for words such as 还有 4 个工作日."""
    kept = caches["fragments"]
    keys = {f"reading_calendar.{each or 0}": each for each in territory_ids}
    known: dict[int | None, ChinaCalendar] = {keys[key]: found for key, found in kept.get_many(keys).items()}
    missing = [each for each in keys.values() if each not in known]
    if missing:
        # What is kept is made of what is kept: half a minute each.
        rows: Exceptions | None = kept.get_or_set("reading_calendar.exceptions", exceptions, SHOWN_WITHIN // 2)
        read = calendars_for(missing, rows)
        kept.set_many({key: read[each] for key, each in keys.items() if each in read}, SHOWN_WITHIN // 2)
        known |= read
    return known


def reading_calendar(territory_id: int | None) -> ChinaCalendar:
    """The calendar of one place."""
    return reading_calendars([territory_id])[territory_id]


def reading_urgency(due: datetime | None, now: datetime, calendar: ChinaCalendar) -> Urgency:
    """How urgent a due time is, as it was when this minute began: lists show the same ones again and again."""
    return _urgency(due, now.replace(second=0, microsecond=0), calendar, get_language())


@lru_cache(maxsize=5_000)
def _urgency(due: datetime | None, minute: datetime, calendar: ChinaCalendar, language: str | None) -> Urgency:
    return urgency_of(due, minute, calendar)


def reading_party(path: str) -> str:
    """The name of the Party organisation that takes what nobody took in the place; empty where there is none."""
    key = f"reading_party.{path}"
    known: str | None = caches["fragments"].get(key)
    if known is None:
        body = nearest_body(BodyKind.PARTY_ORGANISATION, path)
        known = body.name if body else ""
        caches["fragments"].set(key, known, SHOWN_WITHIN)
    return known
