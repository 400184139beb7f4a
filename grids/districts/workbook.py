"""The workbook of a district: its sheets and columns, the one to download, and reading what was filled in."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Final

import xlsxwriter
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.districts.domain import IMPORTABLE, MAX_BYTES, MAX_FILES, Sheet
from grids.roles.domain import Role
from portal.errors import Invalid
from portal.formats import list_words
from portal.workbooks import FIELD, open_sheets

Words = str | Promise
# The column that the list of mistakes adds to the sheets; left standing, it is passed over when they come back.
FAULTS: Final = gettext_lazy("哪里不对、怎么改")
WIDTH: Final = 30


@dataclass(frozen=True)
class Column:
    """One column: its key, heading, what to write there and an example."""

    key: str
    heading: Words
    hint: Words
    example: Words = ""
    required: bool = False


_COMMUNITY = Column("community", gettext_lazy("社区编码"), gettext_lazy("12 位官方编码"), "120101001001", required=True)
SHEETS: dict[Sheet, Sequence[Column]] = {
    Sheet.GRIDS: (
        _COMMUNITY,
        Column("code", gettext_lazy("网格编码"), gettext_lazy("15 位，前 12 位是社区编码；空着就用下一个号")),
        Column(
            "name",
            gettext_lazy("网格名称"),
            gettext_lazy("同一个社区里不要重名；已经有的网格不会改动"),
            gettext_lazy("第一网格"),
            required=True,
        ),
        Column("household_count", gettext_lazy("户数"), gettext_lazy("整数，一般 300–500"), "420"),
        Column("supervision_phone", gettext_lazy("监督电话"), gettext_lazy("会公开"), "022-5550 0101"),
        Column("area_description", gettext_lazy("范围说明"), gettext_lazy("四至和主要道路，会公开")),
    ),
    Sheet.BUILDINGS: (
        _COMMUNITY,
        Column(
            "grid",
            gettext_lazy("网格"),
            gettext_lazy("网格名称或 15 位编码，可以是这张表里新建的"),
            gettext_lazy("第一网格"),
            required=True,
        ),
        Column(
            "name", gettext_lazy("楼栋名称"), gettext_lazy("同一个网格里不要重名"), gettext_lazy("1栋"), required=True
        ),
        Column("address", gettext_lazy("地址"), gettext_lazy("会公开"), gettext_lazy("示例路 1 号")),
        Column("longitude", gettext_lazy("经度"), gettext_lazy("WGS-84，例如 117.201；和纬度一起填")),
        Column("latitude", gettext_lazy("纬度"), gettext_lazy("WGS-84，例如 39.118")),
        Column("households", gettext_lazy("户数"), gettext_lazy("整数"), "72"),
    ),
    Sheet.STAFF: (
        Column("legal_name", gettext_lazy("姓名"), gettext_lazy("真实姓名"), gettext_lazy("张示例"), required=True),
        Column(
            "phone",
            gettext_lazy("手机号"),
            gettext_lazy("本人的；凭它收验证码登录，同一个人写几行就写同一个号"),
            "138 0000 0000",
            required=True,
        ),
        Column("role", gettext_lazy("角色"), gettext_lazy("从“说明”那一页里抄"), gettext_lazy("网格长"), required=True),
        _COMMUNITY,
        Column(
            "grid", gettext_lazy("网格"), gettext_lazy("网格名称或 15 位编码；社区的职务空着"), gettext_lazy("第一网格")
        ),
        Column("building", gettext_lazy("楼栋名称"), gettext_lazy("只有楼栋长要填")),
        Column("starts_on", gettext_lazy("任职日期"), gettext_lazy("2026-11-21 这样；空着就是今天")),
        Column("ends_on", gettext_lazy("卸任日期"), gettext_lazy("没有就空着")),
        Column("public_phone", gettext_lazy("工作电话"), gettext_lazy("会公开，不要写私人号码"), "022-5550 0111"),
        Column("reason", gettext_lazy("任命说明"), gettext_lazy("例如文号，或派出的单位")),
        Column(
            "unit",
            gettext_lazy("所属单位"),
            gettext_lazy("只有派到单位的党建指导员、党建联络员要填：已登记的单位名称或编号，“网格”一列空着"),
        ),
    ),
}


def explanation() -> list[str]:
    """How the workbook is filled in, line by line."""
    return [
        _("第一行是表头，第二行是例子，请把例子删掉再填。三张表可以在一个文件里，也可以分成几个文件一起传。"),
        _("社区来自官方区划，不用新建，写它的编码就行。已经有的网格、楼栋和任职不会改动。"),
        _("上传以后先检查一遍，什么也不改；哪张表哪一行哪一格不对、怎么改，都会告诉您。改好了再传。"),
        _("网格和楼栋由系统管理员确认导入，人员和任职由安全管理员确认导入。"),
        _("不用发密码：每个人用自己的手机号收验证码登录，网格长、网格员等第一次登录还要设好两步登录。"),
        _("导入一小时以后才通知本人。导错了可以整个撤销。"),
        _("编码一列请设成“文本”，免得表格软件改了数字。"),
    ]


def template() -> bytes:
    """The empty workbook: three sheets with headings and one example each, and the explanation."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    grey = book.add_format({"num_format": "@", "font_color": "#7a746c", "italic": True})
    for kind, columns in SHEETS.items():
        sheet = book.add_worksheet(str(kind.label))
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, 18, text)
            sheet.write_string(0, at, str(column.heading), bold)
            sheet.write_comment(0, at, f"{column.hint}{_('（必填）') if column.required else ''}")
            sheet.write_string(1, at, str(column.example), grey)
    words = book.add_worksheet(_("说明"))
    words.set_column(0, 1, 24)
    words.set_column(2, 2, 60)
    lines: list[tuple[str, ...]] = [(line,) for line in explanation()]
    lines += [(), (_("可以写的角色"),), *((str(role.label),) for role in Role if role in IMPORTABLE), ()]
    for kind, columns in SHEETS.items():
        lines += [
            (str(kind.label), str(column.heading), f"{column.hint}{_('（必填）') if column.required else ''}")
            for column in columns
        ]
    for row, cells in enumerate(lines):
        for at, cell in enumerate(cells):
            words.write_string(row, at, cell)
    book.close()
    return out.getvalue()


def filled_in(rows: Mapping[Sheet, Iterable[Mapping[str, str]]]) -> bytes:
    """The workbook with these lines, each by the keys of its columns: for the demo and for measuring."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    for kind, lines in rows.items():
        sheet = book.add_worksheet(str(kind.label))
        for at, column in enumerate(SHEETS[kind]):
            sheet.write_string(0, at, str(column.heading))
            for line, row in enumerate(lines, start=1):
                sheet.write_string(line, at, row.get(column.key, ""))
    book.close()
    return out.getvalue()


@dataclass
class Filled:
    """One line as it was written: by column what stands there, and in which cell."""

    sheet: Sheet
    line: int
    cells: dict[str, str]
    letters: dict[str, str] = field(default_factory=dict)

    def cell(self, key: str) -> str:
        """Where a column stands in this line, such as "C5"; empty for a column that the sheet has not."""
        return f"{self.letters[key]}{self.line}" if key in self.letters else ""


def read_workbooks(files: Iterable[tuple[str, IO[bytes], int]]) -> list[Filled]:
    """The filled lines of all sheets of all files, given as name, file and size; the example is left out.

    Raises `Invalid` (field "file") where a file is no workbook, has none of the sheets, or one of them twice.
    """
    lines: list[Filled] = []
    seen: dict[Sheet, str] = {}
    given = list(files)
    if not given:
        raise Invalid(_("请选文件。"), code="required", field=FIELD)
    if len(given) > MAX_FILES:
        raise Invalid(_("一次最多传 {most} 个文件。").format(most=MAX_FILES), code="too_many_files", field=FIELD)
    for name, file, size in given:
        sheets = open_sheets(file, size=size, most_bytes=MAX_BYTES, width=WIDTH)
        for title, rows in sheets.items():
            where = f"{name} · {title}"
            kind, columns = _kind_of(rows[0][1] if rows else [], where)
            if kind is None:
                continue
            if kind in seen:
                words = _("“{kind}”有两张表：{one}，{other}。请并成一张。")
                raise Invalid(words.format(kind=kind.label, one=seen[kind], other=where), code="twice", field=FIELD)
            seen[kind] = where
            lines += _filled(kind, columns, rows[1:])
    if not seen:
        raise Invalid(_("文件里没有认得的表。请下载模板，照着填。"), code="wrong_headings", field=FIELD)
    if not lines:
        raise Invalid(_("表是空的，请从第二行开始填。"), code="empty", field=FIELD)
    return sorted(lines, key=lambda each: (list(Sheet).index(each.sheet), each.line))


def headings(kind: Sheet) -> dict[str, Column]:
    """The columns by their headings in every language: a template may have been made in another one."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.update({str(column.heading): column for column in SHEETS[kind]})
    return found


def _in_every_language(words: Words) -> set[str]:
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(str(words))
    return found


def _kind_of(given: list[str], where: str) -> tuple[Sheet | None, list[Column | None]]:
    """Which sheet it is by its headings, and the column of each; None for one that is no sheet of ours."""
    bare = [heading.strip().rstrip("*＊ ") for heading in given]
    best: tuple[int, Sheet, list[Column | None]] | None = None
    for kind in Sheet:
        known = headings(kind)
        columns = [known.get(heading) for heading in bare]
        score = sum(column is not None and column.required for column in columns) * 10 + sum(map(bool, columns))
        if score >= 20 and (best is None or score > best[0]):
            best = (score, kind, columns)
    if best is None:
        return None, []
    _score, kind, columns = best
    present = {column.key for column in columns if column is not None}
    missing = [str(column.heading) for column in SHEETS[kind] if column.required and column.key not in present]
    if missing:
        words = _("{where} 少了这些列：{columns}。请下载模板，照着填。")
        raise Invalid(words.format(where=where, columns=list_words(missing)), code="wrong_headings", field=FIELD)
    told = _in_every_language(FAULTS)
    strange = [text for text, column in zip(bare, columns, strict=True) if text and column is None and text not in told]
    if strange:
        words = _("{where} 里有看不懂的列：{columns}。请删掉，或照模板改名。")
        raise Invalid(words.format(where=where, columns=list_words(strange[:5])), code="wrong_headings", field=FIELD)
    return kind, columns


def _filled(kind: Sheet, columns: list[Column | None], rows: list[tuple[int, list[str]]]) -> list[Filled]:
    letters = {column.key: chr(ord("A") + at) for at, column in enumerate(columns) if column is not None and at < 26}
    lines, examples = [], _examples(kind)
    for line, cells in rows:
        texts = {column.key: _bare(cell) for column, cell in zip(columns, cells, strict=False) if column is not None}
        if any(texts.values()) and {key: text for key, text in texts.items() if text} not in examples:
            lines.append(Filled(kind, line, texts, letters))
    return lines


def _bare(text: str) -> str:
    """Without the apostrophe by which people protect a number."""
    return text[1:].strip() if text.startswith("'") else text


def _examples(kind: Sheet) -> list[dict[str, str]]:
    """The example that may be left standing, in every language: a line just like it is nobody's."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.append({column.key: str(column.example) for column in SHEETS[kind] if column.example})
    return found
