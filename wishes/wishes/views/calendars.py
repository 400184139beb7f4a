"""Working days for words such as 还有 4 个工作日. Due times themselves are stored and need no calendar to be shown."""

from django.core.cache import cache

from portal.deadlines.calendar import ChinaCalendar, calendar_for

# A day off entered by an administrator shows in the words this many seconds later at most.
SHOWN_WITHIN = 60


def reading_calendar(territory_id: int | None) -> ChinaCalendar:
    """The calendar of a place as it was within the last minute; a page of many wishes costs no query for it."""
    key = f"wishes.reading_calendar.{territory_id or 0}"
    known: ChinaCalendar | None = cache.get(key)
    if known is None:
        known = calendar_for(territory_id)
        cache.set(key, known, SHOWN_WITHIN)
    return known
