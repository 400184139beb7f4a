"""Codes, levels and the places they stand for (docs/domain.md §1, "Real data").

The official statistical code of a place is the code of the place above it plus digits of its own, so the code alone
says where in the tree a place stands: 32|01|05|004|004 is a community of street 320105004. A grid adds three digits to
its community's twelve, a building three more. The materialised path is therefore computed from the code and never
counted from siblings: each level's own digits, padded to three.
"""

import re
import unicodedata
from collections.abc import Iterator

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

STEP = 3
LONGEST_NAME = 60


class Level(IntegerChoices):
    """Levels of the tree, from the widest down; the number is the depth in the tree."""

    PROVINCE = 1, _("省")
    CITY = 2, _("市")
    DISTRICT = 3, _("区县")
    STREET = 4, _("街道")
    COMMUNITY = 5, _("社区")
    GRID = 6, _("网格")
    BUILDING = 7, _("楼栋")


class NumberFate(TextChoices):
    """What became of the number of a grid."""

    IN_USE = "", _("在用")
    RENUMBERED = "renumbered", _("换了编号")
    MERGED = "merged", _("并入别的网格")


CODE_LENGTHS: dict[Level, int] = {
    Level.PROVINCE: 2,
    Level.CITY: 4,
    Level.DISTRICT: 6,
    Level.STREET: 9,
    Level.COMMUNITY: 12,
    Level.GRID: 15,
    Level.BUILDING: 18,
}
LEVEL_OF_LENGTH = {length: level for level, length in CODE_LENGTHS.items()}
_LENGTHS = tuple(CODE_LENGTHS.values())
_DIGITS = re.compile(r"[0-9]+")


def level_of(code: str) -> Level:
    """The level a code belongs to. Raises ValueError for anything that is no code of the tree."""
    level = LEVEL_OF_LENGTH.get(len(code))
    if level is None or not _DIGITS.fullmatch(code):
        raise ValueError(code)
    return level


def parent_code(code: str) -> str:
    """The code of the place above; empty for a province."""
    level = level_of(code)
    return code[: CODE_LENGTHS[Level(level - 1)]] if level > Level.PROVINCE else ""


def path_of(code: str) -> str:
    """The materialised path: each level's own digits padded to three, so that paths sort as codes do."""
    level_of(code)
    starts = (0, *_LENGTHS)
    return "".join(
        code[start:end].zfill(STEP) for start, end in zip(starts, _LENGTHS, strict=False) if end <= len(code)
    )


def ancestor_paths(path: str) -> list[str]:
    """Paths of a place and of every place above it, the widest first."""
    return [path[:end] for end in range(STEP, len(path) + 1, STEP)]


def code_steps(code: str) -> Iterator[str]:
    """Codes of every place above a code and of the code itself, the widest first."""
    level = level_of(code)
    for length in _LENGTHS[:level]:
        yield code[:length]


def everyday_name(official: str) -> str:
    """What neighbours say for an official name: 洲岛家园社区居委会 → 洲岛家园社区, 石槽村村委会 → 石槽村."""
    for committee in ("居民委员会", "居委会"):
        if official.endswith("社区" + committee):
            return official.removesuffix(committee)
    for committee in ("村民委员会", "村委会"):
        if official.endswith(committee) and len(official) > len(committee):
            stem = official.removesuffix(committee)
            return stem if stem.endswith("村") else stem + "村"
    return official


def clean_name(name: str) -> str:
    """A name as stored: NFKC, no control characters, single inner spaces."""
    folded = unicodedata.normalize("NFKC", name)
    return " ".join("".join(c if unicodedata.category(c)[0] != "C" else " " for c in folded).split())
