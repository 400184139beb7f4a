"""Work at the desk for these tests."""

import io
from collections.abc import Mapping, Sequence
from uuid import uuid4

import openpyxl

from portal.accounts.models import User
from tests.wishes.wishes.factories import Cast
from wishes.desk.entering import check_file
from wishes.desk.entry_sheet import COLUMNS
from wishes.desk.models import BulkRun, EntryBatch
from wishes.desk.services import begin_bulk, carry_out
from wishes.wishes.models import Wish


def finished_run(*, actor: User, wish: Wish) -> BulkRun:
    """A bulk run over one wish, gone through."""
    run = begin_bulk(actor=actor, uuid=uuid4(), action="publish", keys=[wish.pk], params={})
    return carry_out(actor=actor, run=run)


def spreadsheet(*rows: Mapping[str, object], headings: Sequence[str] | None = None) -> bytes:
    """A filled-in template: each row says something of some columns by their keys; a formula stays one."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(headings) if headings is not None else [str(column.heading) for column in COLUMNS])
    for row in rows:
        sheet.append([row.get(column.key, "") for column in COLUMNS])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def spoken_wish(cast: Cast, **said: object) -> dict[str, object]:
    """A row as a cadre writes it after a telephone call."""
    row: dict[str, object] = {
        "legal_name": "王秀英",
        "phone": "137 1234 0099",
        "place_name": cast.grid.name,
        "category": cast.category.name,
        "title": "想请人换个灯泡",
        "address": "3栋101",
        "consent": "是",
    }
    return row | said


def uploaded(actor: User, content: bytes) -> EntryBatch:
    """The file looked over."""
    return check_file(actor=actor, file=io.BytesIO(content), size=len(content))
