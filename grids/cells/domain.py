"""Party organisations: which stands below which, where, and when a term is about to end (docs/domain.md §1, §5)."""

from datetime import date, timedelta

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

from grids.territory.domain import Level


class Rank(IntegerChoices):
    """The ranks of the tree, from the widest down."""

    COMMITTEE = 1, _("党委")
    GENERAL_BRANCH = 2, _("党总支")
    BRANCH = 3, _("党支部")
    GROUP = 4, _("党小组")
    MEMBER_HUB = 5, _("党员中心户")


class OrganisationKind(TextChoices):
    """Of a place, or of a unit or an industry beside it ("1+N")."""

    PLACE = "place", _("属地党组织")
    UNIT = "unit", _("单位党组织")
    INDUSTRY = "industry", _("行业党组织")


class Post(TextChoices):
    """What a leader is responsible for."""

    SECRETARY = "secretary", _("书记")
    DEPUTY = "deputy", _("副书记")
    ORGANISATION = "organisation", _("组织委员")
    PUBLICITY = "publicity", _("宣传委员")
    DISCIPLINE = "discipline", _("纪检委员")
    UNITED_FRONT = "united_front", _("统战委员")
    YOUTH = "youth", _("青年委员")
    GROUP_LEADER = "group_leader", _("党小组组长")
    HOST = "host", _("中心户户主")


_WIDE = frozenset({Level.DISTRICT, Level.STREET, Level.COMMUNITY})
_NARROW = frozenset({Level.COMMUNITY, Level.GRID, Level.BUILDING})
# Where an organisation of each rank can stand.
RANK_LEVELS: dict[Rank, frozenset[Level]] = {
    Rank.COMMITTEE: _WIDE,
    Rank.GENERAL_BRANCH: _WIDE | {Level.GRID},
    Rank.BRANCH: _WIDE | {Level.GRID, Level.BUILDING},
    Rank.GROUP: _NARROW,
    Rank.MEMBER_HUB: frozenset({Level.GRID, Level.BUILDING}),
}
# What a Party organisation registered as a body is, as long as nobody has said more of it.
RANK_OF_LEVEL: dict[Level, Rank] = dict.fromkeys(_WIDE, Rank.COMMITTEE) | {Level.GRID: Rank.BRANCH}


def stands_below(rank: Rank, path: str, parent_rank: Rank, parent_path: str) -> bool:
    """Whether an organisation of this rank, in the place with this path, may stand below the other.

    The one above covers the place and outranks the one below; only a committee may stand below a committee of a wider
    place. Each step down is of a lower rank or in a narrower place, so that no circle is possible.
    """
    if not path.startswith(parent_path):
        return False
    return parent_rank < rank or (parent_rank == rank == Rank.COMMITTEE and path != parent_path)


def reminders_due(ends_on: date, today: date, days: tuple[int, int]) -> int:
    """How many of the two reminders before a term's end are due: the first so many days before, and the last.

    Nothing is due from the last day on.
    """
    if today >= ends_on:
        return 0
    first, last = max(days), min(days)
    return (today >= ends_on - timedelta(days=first)) + (today >= ends_on - timedelta(days=last))
