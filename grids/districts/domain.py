"""A district from spreadsheets: its sheets, the way of an import, what it may bring (docs/domain.md §5)."""

from datetime import date, timedelta
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from grids.roles.domain import GRID_STAFF_ROLES, Role
from grids.territory.domain import Level

MAX_BYTES: Final = 5 * 1024 * 1024
"""How large one file may be; a district of 629 grids and 2,550 people has some 200 KB."""

MAX_FILES: Final = 5

KEPT: Final = timedelta(days=7)
"""How long a list that was looked over waits for somebody's word, with what it says of people."""

TOLD_AFTER: Final = timedelta(hours=1)
"""People are told of their offices so long after an import: what is undone until then, nobody was told of."""


class Sheet(TextChoices):
    """The sheets of a workbook, in the order in which they are brought in."""

    GRIDS = "grids", _("网格")
    BUILDINGS = "buildings", _("楼栋")
    STAFF = "staff", _("人员任职")


class Part(TextChoices):
    """Two people's work: the net is the system administrator's, offices are the security administrator's."""

    NET = "net", _("网格和楼栋")
    STAFF = "staff", _("人员和任职")


PART_OF: dict[Sheet, Part] = {Sheet.GRIDS: Part.NET, Sheet.BUILDINGS: Part.NET, Sheet.STAFF: Part.STAFF}


class ImportState(TextChoices):
    """The way of an import."""

    FAULTY = "faulty", _("有要改的")
    READY = "ready", _("等着导入")
    RUNNING = "running", _("正在导入")
    DONE = "done", _("导入了")
    UNDOING = "undoing", _("正在撤销")
    UNDONE = "undone", _("撤销了")
    EXPIRED = "expired", _("放太久，删掉了")


class RowState(TextChoices):
    """The way of one line."""

    WRONG = "wrong", _("要改")
    READY = "ready", _("可以导入")
    UNCHANGED = "unchanged", _("已经有了，不动")
    DONE = "done", _("导入了")
    REFUSED = "refused", _("没导成")
    UNDONE = "undone", _("撤销了")
    KEPT = "kept", _("撤销不了，留着")


# Roles with powers over other people's are given one by one, by somebody who looks at each.
IMPORTABLE: Final[frozenset[Role]] = GRID_STAFF_ROLES | {Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY}


def role_named(text: str) -> Role | None:
    """The role that may be imported under this name, in the reader's language or by its code."""
    return next((role for role in Role if role in IMPORTABLE and text in (str(role.label), role.value)), None)


def place_level(role: Role, *, grid: bool, building: bool) -> Level:
    """Which of the places that a line names is the one of the office: the narrowest."""
    if building:
        return Level.BUILDING
    return Level.GRID if grid else Level.COMMUNITY


def overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether two terms share a day; the last day is not among them, and none at all is for ever."""
    far = date.max
    starts, ends = max(one[0], other[0]), min(one[1] or far, other[1] or far)
    return starts < ends
