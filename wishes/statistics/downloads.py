"""Tables as CSV, for spreadsheets: UTF-8 with its mark, and no cell that a spreadsheet would take for a formula."""

import csv
import io
from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.translation import gettext as _

from wishes.statistics.figures import COLUMNS, RATES
from wishes.statistics.reports import Line

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def plain(text: str) -> str:
    """A text that stays text in a spreadsheet."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def csv_response(lines: Iterable[Line], *, name: str) -> HttpResponse:
    """The lines with all their numbers; an empty cell is a number that is not told."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([_("编码"), _("名称"), *map(str, COLUMNS.values()), *map(str, RATES.values()), _("平均星数")])
    for line in lines:
        figures = line.figures
        numbers = ["" if figures[column] is None else figures[column] for column in COLUMNS]
        rates = [getattr(figures, rate) for rate in RATES]
        percents = ["" if rate is None or rate.percent is None else rate.percent for rate in rates]
        stars = "" if figures.stars is None else figures.stars
        writer.writerow([plain(line.code), plain(str(line.label)), *numbers, *percents, stars])
    response = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
