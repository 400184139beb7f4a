"""Moments, days and spans in the words people use, in each of the three languages (Asia/Shanghai).

Chinese is written without a year while the year is the current one: 11月21日（周六）15:00.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop, ngettext

WEEKDAYS = {
    "zh-hans": "一二三四五六日",
    "zh-hant": "一二三四五六日",
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
# Days near by, by how many lie between.
NEAR = {-1: gettext_noop("昨天"), 0: gettext_noop("今天"), 1: gettext_noop("明天")}
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


# What XML 1.0 does not allow, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(value: object) -> str:
    """Text that can stand in an XML document: without the characters that no document may hold."""
    return _NO_XML.sub("", str(value))


def _language() -> str:
    code = (translation.get_language() or "zh-hans").lower()
    return code if code in WEEKDAYS else "zh-hans"


def day_words(value: date | datetime, *, today: date | None = None) -> str:
    """A day with its weekday: 11月21日（周六）; 2025年1月3日（周五） in another year; Sat 21 Nov in English."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    today = today or timezone.localdate()
    language = _language()
    weekday = WEEKDAYS[language][value.weekday()]
    if language == "en":
        words = f"{weekday} {value.day} {MONTHS_EN[value.month - 1]}"
        return words if value.year == today.year else f"{words} {value.year}"
    week = "週" if language == "zh-hant" else "周"
    words = f"{value.month}月{value.day}日（{week}{weekday}）"
    return words if value.year == today.year else f"{value.year}年{words}"


def list_words(items: Iterable[object]) -> str:
    """A list in one line: 甲、乙、丙; A, B, C in English."""
    return gettext("、").join(str(item) for item in items)


def month_words(value: date) -> str:
    """A month with its year: 2026年11月; Nov 2026 in English."""
    if _language() == "en":
        return f"{MONTHS_EN[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月"


def when_words(value: datetime, *, today: date | None = None) -> str:
    """A moment to the minute: 11月21日（周六）15:00; Sat 21 Nov, 15:00 in English."""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    separator = ", " if _language() == "en" else ""
    return f"{day_words(local.date(), today=today)}{separator}{local:%H:%M}"


def soon_words(value: datetime, *, now: datetime | None = None) -> str:
    """A moment near by is named by its day: 今天 15:00, 明天 09:00, 昨天 18:30; others as `when_words`."""
    now = timezone.localtime(now) if now else timezone.localtime()
    local = timezone.localtime(value)
    name = NEAR.get((local.date() - now.date()).days)
    return f"{gettext(name)} {local:%H:%M}" if name else when_words(local, today=now.date())


def ago_words(value: datetime, *, now: datetime | None = None) -> str:
    """How long ago: 刚刚, 5 分钟前, 3 小时前; from one day on the moment itself."""
    now = now or timezone.now()
    passed = now - value
    if passed < timedelta(minutes=1):
        return gettext("刚刚")
    minutes = int(passed.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(count)d 分钟前", "%(count)d 分钟前", minutes) % {"count": minutes}
    if minutes < 24 * 60:
        return ngettext("%(count)d 小时前", "%(count)d 小时前", minutes // 60) % {"count": minutes // 60}
    return soon_words(value, now=now)
