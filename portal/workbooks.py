"""Opening workbooks (.xlsx) of strangers: nothing is believed of them, and what is not small and plain is refused."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO, Any, Final

import openpyxl
from django.utils.translation import gettext as _

from portal.errors import Invalid

# How many times its own size a file may unpack to; plain workbooks stay below ten.
MOST_BLOWN_UP: Final = 15
MAX_PARTS: Final = 100
LONGEST_CELL: Final = 3000
LAST_LINE: Final = 20_000
MOST_SHEETS: Final = 20
FIELD: Final = "file"
Line = tuple[int, list[str]]


def open_sheets(file: IO[bytes], *, size: int, most_bytes: int, width: int) -> dict[str, list[Line]]:
    """Each sheet by its title: its lines with their numbers, each a list of at most `width` cells as text.

    A formula becomes the text it is written as. Raises `Invalid` (field "file") for anything that is not a plain
    workbook of at most `most_bytes`.
    """
    if size > most_bytes:
        raise _too_large(most_bytes)
    content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise _too_large(most_bytes)
    check_archive(
        content,
        needed="xl/workbook.xml",
        most_unpacked=MOST_BLOWN_UP * most_bytes,
        refusal=Invalid(_("只收 Excel 的 .xlsx 文件，不收带宏的。"), code="wrong_format", field=FIELD),
    )
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheets = {str(sheet.title): list(_lines(sheet, width)) for sheet in book.worksheets[:MOST_SHEETS]}
    # The reader meets hostile files with many kinds of exception, and none of them may become a page of error 500.
    except Exception as error:
        raise Invalid(_("这个文件打不开，请用模板另存一份 .xlsx 再传。"), code="unreadable", field=FIELD) from error
    if not sheets:
        raise Invalid(_("这个文件打不开，请用模板另存一份 .xlsx 再传。"), code="unreadable", field=FIELD)
    return sheets


def check_archive(content: bytes, *, needed: str, most_unpacked: int, refusal: Invalid) -> None:
    """Raises the refusal for what is no workbook, for macros, for own entities, for what unpacks to far too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or needed not in archive.namelist():
                raise refusal
            left = most_unpacked
            for part in parts:
                if part.filename.lower().endswith(".bin") or part.flag_bits & 0x1:
                    raise refusal
                unpacked = unpack(archive, part, left, refusal)
                left -= len(unpacked)
                bare = unpacked.replace(b"\x00", b"").upper()
                if b"<!DOCTYPE" in bare or b"<!ENTITY" in bare:
                    raise refusal
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError) as error:
        raise refusal from error


def unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, most: int, refusal: Invalid) -> bytes:
    """A part of an archive; its size is found by unpacking, since what its header says is not believed."""
    with archive.open(part) as stream:
        unpacked = stream.read(most + 1)
    if len(unpacked) > most:
        raise refusal
    return unpacked


def _too_large(most_bytes: int) -> Invalid:
    most = most_bytes // (1024 * 1024)
    return Invalid(_("这个文件太大了，最多 {most} MB。").format(most=most), code="too_large", field=FIELD)


def _lines(sheet: Any, width: int) -> Iterator[Line]:
    # Bounded here: what the sheet says of its own size is not believed either.
    rows = sheet.iter_rows(min_row=1, max_row=LAST_LINE, max_col=width)
    for number, cells in enumerate(rows, start=1):
        yield number, [_text(cell.value) for cell in cells]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value).strip()[:LONGEST_CELL]
