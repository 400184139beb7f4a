"""The list of mistakes to download: people's own sheets and lines, and beside each what is wrong and how to mend it."""

import io
from collections.abc import Iterable
from itertools import groupby

import xlsxwriter
from django.utils.translation import gettext as _

from grids.configuration.cells import escaped
from grids.districts.domain import Sheet
from grids.districts.models import ImportRow
from grids.districts.workbook import FAULTS, SHEETS, headings


def fault_workbook(rows: Iterable[ImportRow]) -> bytes:
    """The workbook: each line where it stood, cells with a mistake marked, the words in a column of their own.

    The rows come sheet by sheet. What was written as a formula stays text.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    wrong = book.add_format({"num_format": "@", "bg_color": "#fbe3dc", "border": 1, "border_color": "#b3261e"})
    words = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    for kind, lines in groupby(rows, key=lambda row: Sheet(row.sheet)):
        columns, known = SHEETS[kind], headings(kind)
        sheet = book.add_worksheet(str(kind.label))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(columns) - 1, 18, text)
        sheet.set_column(len(columns), len(columns), 60)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, str(column.heading), bold)
        sheet.write_string(0, len(columns), str(FAULTS), bold)
        for row in lines:
            marked = {known[fault["column"]].key for fault in row.told if fault["column"] in known}
            cells = row.data.get("cells", {})
            for at, column in enumerate(columns):
                written = escaped(str(cells.get(column.key, "")))
                if column.key in marked:
                    sheet.write_string(row.line - 1, at, written, wrong)
                elif written:
                    sheet.write_string(row.line - 1, at, written, text)
            if row.problems:
                sheet.write_string(row.line - 1, len(columns), escaped(in_words(row)), words)
    book.close()
    return out.getvalue()


def in_words(row: ImportRow) -> str:
    """Every mistake of a line, each on a line of its own."""
    return "\n".join(
        _("“{column}”：{problem}{mend}").format(**fault) if fault["column"] else f"{fault['problem']}{fault['mend']}"
        for fault in row.told
    )
