"""Writing lists as CSV and XLSX in which every cell is text, however it begins."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import IO, Final, Protocol

import xlsxwriter

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What XLSX itself takes in one cell.
LONGEST_CELL = 32_000

FORMULA_STARTS: Final = frozenset("=+-@\t\r\n")


def plain_cell(text: str) -> str:
    """The text as a CSV cell that no program takes for a formula (docs/quality.md, "Security").

    What begins like one, also behind spaces or in full-width forms, gets an apostrophe in front. Characters that no
    text contains go.
    """
    kept = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"})
    first = unicodedata.normalize("NFKC", kept.lstrip(" \u3000"))[:1]
    return f"'{kept}" if first in FORMULA_STARTS and first else kept


class Sheet(Protocol):
    """A list being written."""

    def row(self, cells: Sequence[str]) -> None:
        """One more row."""

    def close(self) -> None:
        """Nothing more comes."""


class CsvSheet:
    """Comma-separated, UTF-8 with the mark by which spreadsheets know it."""

    def __init__(self, out: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text)

    def row(self, cells: Sequence[str]) -> None:
        self._writer.writerow([plain_cell(cell) for cell in cells])

    def close(self) -> None:
        # The file below stays open for whoever opened it.
        self._text.detach()


class XlsxSheet:
    """One sheet with a heading that stays in sight. Every cell is written as a string, none as formula or link."""

    def __init__(self, out: IO[bytes], *, widths: Iterable[int] = ()) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(out, options)
        self._sheet = self._book.add_worksheet()
        self._bold = self._book.add_format({"bold": True})
        self._sheet.freeze_panes(1, 1)
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)
        self._at = 0

    def row(self, cells: Sequence[str]) -> None:
        for column, cell in enumerate(cells):
            text = "".join(char for char in cell if char >= " " or char in "\n\t")[:LONGEST_CELL]
            self._sheet.write_string(self._at, column, text, self._bold if self._at == 0 else None)
        self._at += 1

    def close(self) -> None:
        self._book.close()
