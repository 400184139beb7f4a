"""What makes the daily table anonymous: how wishes are gathered into cells, and what the columns are.

A cell is everything that could tell one wish from another: when, what about, where. A cell of fewer than `SMALLEST`
wishes is made wider, step by step, until it has enough; what is left at the end is left out. So nobody stands in a
group smaller than five (docs/domain.md §7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SMALLEST = 5
# Days are told up to here: a wish that took a year could be recognised.
MOST_DAYS = 60


@dataclass(frozen=True, order=True)
class Cell:
    """When, what and where, as finely or coarsely as told. Empty texts say "any"."""

    period: str
    category: str
    place: str


@dataclass(frozen=True)
class Parents:
    """What each category and place belongs to, by code; a place's code begins with that of the places above it."""

    groups: Mapping[str, str]


STREET_DIGITS, DISTRICT_DIGITS = 9, 6


def month_of(day: date) -> str:
    """2026-11."""
    return f"{day:%Y-%m}"


def widened(cell: Cell, step: int, parents: Parents) -> Cell:
    """The cell at a step: 0 is the finest, `LAST_STEP` the widest that is published."""
    group = parents.groups.get(cell.category, cell.category)
    year, month = cell.period[:4], int(cell.period[5:7])
    quarter = f"{year}-Q{(month + 2) // 3}"
    return (
        cell,
        Cell(cell.period, group, cell.place),
        Cell(cell.period, group, cell.place[:STREET_DIGITS]),
        Cell(quarter, group, cell.place[:STREET_DIGITS]),
        Cell(quarter, group, cell.place[:DISTRICT_DIGITS]),
        Cell(year, "", cell.place[:DISTRICT_DIGITS]),
    )[step]


LAST_STEP = 5


def published_cells(counts: Mapping[Cell, int], parents: Parents) -> dict[Cell, Cell]:
    """For each finest cell, the cell under which its wishes are published; those left out are missing.

    Every published cell holds at least `SMALLEST` of the wishes that are published under it.
    """
    left = dict(counts)
    found: dict[Cell, Cell] = {}
    for step in range(LAST_STEP + 1):
        sums: dict[Cell, int] = {}
        for cell, count in left.items():
            wide = widened(cell, step, parents)
            sums[wide] = sums.get(wide, 0) + count
        for cell in list(left):
            wide = widened(cell, step, parents)
            if sums[wide] >= SMALLEST:
                found[cell] = wide
                del left[cell]
    return found


def days_between(start: date | None, end: date | None) -> int | None:
    """Whole days, at most `MOST_DAYS`; None where one of them is missing."""
    if start is None or end is None:
        return None
    return max(0, min((end - start).days, MOST_DAYS))


@dataclass(frozen=True)
class Column:
    """One column of the table, in words for those who read it."""

    name: str
    kind: str
    words: str | Promise


COLUMNS = (
    Column("period", "text", _("提交的月份；人数少时是季度（2026-Q4）或年份（2026）")),
    Column("category_code", "text", _("类别代码；人数少时是上级类别，或者为空")),
    Column("category", "text", _("类别名称")),
    Column("place_code", "text", _("社区的区划代码；人数少时是街道或区县。不会细到网格")),
    Column("place", "text", _("地方名称")),
    Column("kind", "text", _("类型：goods 实物，service 服务，visit 体验，public_matter 公共事项")),
    Column("state", "text", _("导出时的状态：published 等人认领，claimed 已认领，fulfilled 等确认，closed 已办结")),
    Column("end", "text", _("结果：fulfilled 已实现，cannot_be_done 办不了，not_ours 转请别处，duplicate 相同")),
    Column("days_to_claim", "integer", _("从提交到认领的整天数，最多写 60；没有认领为空")),
    Column("days_to_fulfilment", "integer", _("从提交到办好的整天数，最多写 60；没有办好为空")),
    Column("reopenings", "integer", _("重新办理的次数")),
    Column("from_other_system", "boolean", _("是不是热线等别的系统转来的")),
)
