"""Values inside a notice that read differently in each language: kept as they are, put into words for the reader.

A notice stores strings only. A moment, a day or a translatable label is stored behind a mark that nobody can type
(control characters are cleaned from every text), and becomes words in the reader's language when it is read.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext, override

from portal.formats import day_words, when_words

Value: TypeAlias = str | date | datetime | Promise

_MARK = "\x1f"
_MOMENT, _DAY, _LABEL = f"{_MARK}moment:", f"{_MARK}day:", f"{_MARK}label:"


def kept(value: Value) -> str:
    """The form in which a value is stored."""
    if isinstance(value, datetime):
        return f"{_MOMENT}{value.isoformat()}"
    if isinstance(value, date):
        return f"{_DAY}{value.isoformat()}"
    if isinstance(value, Promise):
        with override(None):
            return f"{_LABEL}{value}"
    return str(value)


def worded(stored: str) -> str:
    """The stored value in the active language."""
    if stored.startswith(_MOMENT):
        return when_words(datetime.fromisoformat(stored.removeprefix(_MOMENT)))
    if stored.startswith(_DAY):
        return day_words(date.fromisoformat(stored.removeprefix(_DAY)))
    if stored.startswith(_LABEL):
        return gettext(stored.removeprefix(_LABEL))
    return stored


class Given(dict[str, str]):
    """The values of a notice for `str.format_map`; a name that was not given stays empty."""

    def __init__(self, params: Mapping[str, str]) -> None:
        super().__init__({name: worded(value) for name, value in params.items()})

    def __missing__(self, key: str) -> str:
        return ""
