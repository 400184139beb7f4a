"""The overview's table as a file."""

from io import BytesIO

from django.utils.translation import gettext as _

from grids.overview.figures import all_columns
from grids.overview.reading import Figure, Overview
from portal.sheets import CSV_TYPE, XLSX_TYPE, CsvSheet, Sheet, XlsxSheet

FORMATS = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


def file_of(overview: Overview, kind: str) -> bytes:
    """The place and those one level below, all numbers as the reader is told them; an empty cell is not told."""
    out = BytesIO()
    sheet: Sheet = XlsxSheet(out, widths=(20, 24)) if kind == "xlsx" else CsvSheet(out)
    sheet.row([_("编码"), _("地方"), *(str(column.label) for column in all_columns())])
    total = [figure for panel in overview.panels for figure in panel.figures]
    sheet.row([overview.place.code, overview.place.name, *map(_cell, total)])
    for line in overview.lines:
        sheet.row([line.place.code, line.place.name, *map(_cell, line.figures)])
    sheet.close()
    return out.getvalue()


def _cell(figure: Figure) -> str:
    return "" if figure.value is None else figure.words
