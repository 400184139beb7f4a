"""The spreadsheet of wishes to be entered: its columns, the empty one to download, and reading what was filled in."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Invalid
from portal.workbooks import FIELD, open_sheets
from wishes.desk.domain import MAX_ENTERED

MAX_BYTES: Final = 2 * 1024 * 1024

Words = str | Promise


@dataclass(frozen=True)
class EntryColumn:
    """One column: its key, heading and what to write there."""

    key: str
    heading: Words
    hint: Words
    required: bool = False


COLUMNS: Sequence[EntryColumn] = (
    EntryColumn("legal_name", gettext_lazy("居民姓名"), gettext_lazy("真实姓名"), required=True),
    EntryColumn("phone", gettext_lazy("手机号"), gettext_lazy("登记过的会自动找到；没有手机的老人空着")),
    EntryColumn("place_name", gettext_lazy("网格"), gettext_lazy("网格的名字或15位代码；说不清写社区"), required=True),
    EntryColumn("category", gettext_lazy("类别"), gettext_lazy("从“可以写的”那一页里抄"), required=True),
    EntryColumn("title", gettext_lazy("心愿"), gettext_lazy("用一句话说，最多60个字"), required=True),
    EntryColumn("details", gettext_lazy("详细情况"), gettext_lazy("大家都能看到，不要写电话和门牌号")),
    EntryColumn("place", gettext_lazy("大概位置"), gettext_lazy("大家都能看到，例如：3栋东边的楼道")),
    EntryColumn("address", gettext_lazy("详细地址"), gettext_lazy("保密，要上门时才用得到")),
    EntryColumn("quantity", gettext_lazy("数量"), gettext_lazy("只有实物要填，只填数字")),
    EntryColumn("unit", gettext_lazy("单位"), gettext_lazy("斤、件、箱……")),
    EntryColumn("special_group", gettext_lazy("特殊情况"), gettext_lazy("没有就空着")),
    EntryColumn("slip", gettext_lazy("登记号"), gettext_lazy("纸条或来电的号码；同一个人两次说了一样的话，靠它分开")),
    EntryColumn("consent", gettext_lazy("本人同意"), gettext_lazy("读给本人听过，本人同意公开，写“是”"), required=True),
)


def template(*, places: Sequence[str], categories: Sequence[str], groups: Sequence[str]) -> bytes:
    """The empty spreadsheet, with a second sheet of what may be written into three of its columns."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(_("代录"))
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, 16, text)
        sheet.write_string(0, at, str(column.heading), bold)
        sheet.write_comment(0, at, f"{column.hint}{_('（必填）') if column.required else ''}")
    choices = book.add_worksheet(_("可以写的"))
    for at, (key, values) in enumerate((("place_name", places), ("category", categories), ("special_group", groups))):
        heading = next(str(column.heading) for column in COLUMNS if column.key == key)
        choices.set_column(at, at, 28, text)
        choices.write_string(0, at, heading, bold)
        for row, value in enumerate(values, start=1):
            choices.write_string(row, at, value)
    book.close()
    return out.getvalue()


def read_rows(file: IO[bytes], *, size: int) -> list[tuple[int, dict[str, str]]]:
    """The lines that are not empty, with their numbers, as text by column.

    A formula becomes the text it is written as. Raises `Invalid` (field "file") for anything that is not a small
    plain workbook with the headings of the template.
    """
    [lines, *_others] = open_sheets(file, size=size, most_bytes=MAX_BYTES, width=len(COLUMNS) + 1).values()
    headings = [cell.strip().rstrip("*") for cell in lines[0][1]] if lines else []
    expected = [str(column.heading) for column in COLUMNS]
    if headings[: len(expected)] != expected or any(headings[len(expected) :]):
        words = _("第一行和模板的不一样。请下载模板，照着填。")
        raise Invalid(words, code="wrong_headings", field=FIELD)
    keys = [column.key for column in COLUMNS]
    filled = [(line, cells) for line, cells in lines[1:] if any(cells)]
    if len(filled) > MAX_ENTERED:
        words = _("一次最多录 {most} 行，请分成几个文件。").format(most=MAX_ENTERED)
        raise Invalid(words, code="too_many_rows", field=FIELD)
    if not filled:
        raise Invalid(_("这张表是空的，请从第二行开始填。"), code="empty", field=FIELD)
    return [(line, dict(zip(keys, cells, strict=False))) for line, cells in filled]
