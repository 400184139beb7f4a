"""Cells of spreadsheets: read forgivingly, written so that no program takes text for a formula."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from import_export.fields import Field

from portal.errors import Invalid

# A cell that begins with one of these is a formula to some program (docs/quality.md, "Security").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
# Spreadsheet programs keep 15 digits of a number and turn the rest into zeros.
MOST_DIGITS = 15


def escaped(value: str) -> str:
    """Text that no program takes for a formula: an apostrophe in front, as people write it themselves."""
    return "'" + value if value.startswith(FORMULA_STARTS) else value


def text_of(value: Any) -> str:
    """What a person sees in the cell: numbers without `.0`, the protecting apostrophe taken away.

    Raises Invalid when a spreadsheet program has cut the digits of a long code.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and len(str(abs(value))) > MOST_DIGITS:
        raise Invalid(_("编码 %s 被表格软件改成了数字，后几位已经不对。请把这一列设成“文本”再填。") % value)
    text = str(value).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text


def number_of(value: Any, column: str) -> int:
    """A whole number; an empty cell is 0. Raises Invalid."""
    text = text_of(value)
    if not text:
        return 0
    try:
        number = int(text)
    except ValueError:
        number = -1
    if number < 0:
        raise Invalid(
            _("“%(column)s”要写整数，现在是“%(text)s”。") % {"column": column, "text": text[:20]}, field=column
        )
    return number


def decimal_of(value: Any, column: str) -> float | None:
    """A number with decimals; an empty cell is nothing. Raises Invalid."""
    text = text_of(value)
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise Invalid(
            _("“%(column)s”要写数字，现在是“%(text)s”。") % {"column": column, "text": text[:20]}, field=column
        ) from None


def day_of(value: Any, column: str) -> date | None:
    """A day; a date cell or text like 2026-11-21, 2026/11/21. Raises Invalid."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = text_of(value)
    if not text:
        return None
    try:
        return date(*(int(part) for part in text.replace("/", "-").replace(".", "-").split("-")))
    except (ValueError, TypeError):
        raise Invalid(
            _("“%(column)s”要写成 2026-11-21 这样，现在是“%(text)s”。") % {"column": column, "text": text[:20]},
            field=column,
        ) from None


def yes_of(value: Any) -> bool:
    """是 or 否; an empty cell is 否."""
    return text_of(value).lower() in ("是", "yes", "true", "1")


class Cell(Field):  # type: ignore[misc]
    """A column that is read from an object by a function; rows go in through services, never field by field."""

    def __init__(self, column_name: Any, read: Callable[[Any], Any]) -> None:
        super().__init__(column_name=column_name, readonly=True)
        self.read = read

    def export(self, instance: Any, **_kwargs: Any) -> Any:
        """The value as it stands in the sheet; nothing for an object that does not exist yet."""
        if instance.pk is None:
            return ""
        value = self.read(instance)
        if value is None:
            return ""
        return escaped(value) if isinstance(value, str) else value
