"""How often each kind of gathering is held and which organisations it binds: settings of places."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.cells.domain import Rank
from grids.gatherings.domain import GatheringKind, Rhythm
from grids.territory.domain import ancestor_paths
from grids.territory.inherited import register_setting, registered_settings
from grids.territory.models import TerritorySetting
from portal.errors import Invalid

REMIND_DAYS = "gatherings.remind_days"
CODE_SECONDS = "gatherings.code_seconds"
END_AFTER_HOURS = "gatherings.end_after_hours"


def _is_rhythm(value: str) -> None:
    try:
        Rhythm.parse(value)
    except ValueError as error:
        raise Invalid(_("次数写成 1q（每季度一次）、1m（每月一次），0 是不要求。"), field="value") from error


def _names_ranks(value: str) -> None:
    if ranks_of(value) is None:
        words = "、".join(str(rank.label) for rank in Rank)
        raise Invalid(_("请写党组织的层级，用顿号隔开：{ranks}。").format(ranks=words), field="value")


def ranks_of(value: str) -> frozenset[Rank] | None:
    """The ranks that are named; None where a name is none."""
    by_label = {rank.name: rank for rank in Rank} | {_LABELS[rank]: rank for rank in Rank}
    names = [name.strip() for name in value.replace(",", "、").replace("，", "、").split("、") if name.strip()]
    return frozenset(by_label[name] for name in names) if all(name in by_label for name in names) else None


# As they are written in a setting, whatever the language of who reads it.
_LABELS = {
    Rank.COMMITTEE: "党委",
    Rank.GENERAL_BRANCH: "党总支",
    Rank.BRANCH: "党支部",
    Rank.GROUP: "党小组",
    Rank.MEMBER_HUB: "党员中心户",
}


def rhythm_key(kind: GatheringKind) -> str:
    """The setting that says how often."""
    return f"gatherings.{kind.value}"


def ranks_key(kind: GatheringKind) -> str:
    """The setting that says for which organisations."""
    return f"gatherings.{kind.value}_ranks"


def _between(least: int, most: int) -> Any:
    def check(value: int) -> None:
        if not least <= value <= most:
            raise Invalid(
                _("请写 {least} 到 {most} 之间的整数。").format(least=least, most=most),
                field="value",
            )

    return check


_BRANCH_MEETING, _COMMITTEE_MEETING, _GROUP_MEETING, _LESSON, _THEME_DAY = GatheringKind
for _kind, _default, _how_often in (
    (_BRANCH_MEETING, "1q", gettext_lazy("支部党员大会开几次（1q 每季度一次，1m 每月一次，0 不要求）")),
    (_COMMITTEE_MEETING, "1m", gettext_lazy("支委会开几次（1q 每季度一次，1m 每月一次，0 不要求）")),
    (_GROUP_MEETING, "1m", gettext_lazy("党小组会开几次（1q 每季度一次，1m 每月一次，0 不要求）")),
    (_LESSON, "1q", gettext_lazy("党课上几次（1q 每季度一次，1m 每月一次，0 不要求）")),
    (_THEME_DAY, "1m", gettext_lazy("主题党日办几次（1q 每季度一次，1m 每月一次，0 不要求）")),
):
    register_setting(rhythm_key(_kind), str, _default, _how_often, check=_is_rhythm)
for _kind, _default, _of_whom in (
    (_BRANCH_MEETING, "党支部", gettext_lazy("哪些党组织要开支部党员大会")),
    (_COMMITTEE_MEETING, "党支部", gettext_lazy("哪些党组织要开支委会")),
    (_GROUP_MEETING, "党小组", gettext_lazy("哪些党组织要开党小组会")),
    (_LESSON, "党支部", gettext_lazy("哪些党组织要上党课")),
    (_THEME_DAY, "党支部", gettext_lazy("哪些党组织要办主题党日")),
):
    register_setting(ranks_key(_kind), str, _default, _of_whom, check=_names_ranks)
register_setting(REMIND_DAYS, int, 7, gettext_lazy("组织生活到期前几天提醒"), check=_between(1, 60))
register_setting(
    END_AFTER_HOURS, int, 4, gettext_lazy("会议结束几小时后，没有结束的签到自动结束"), check=_between(2, 48)
)
register_setting(CODE_SECONDS, int, 60, gettext_lazy("签到码几秒换一次"), check=_between(20, 600))


@dataclass(frozen=True, slots=True)
class Binding:
    """What is required at a place."""

    rhythms: dict[GatheringKind, tuple[Rhythm, frozenset[Rank]]]
    remind_days: int

    def of(self, rank: int) -> dict[GatheringKind, Rhythm]:
        """The rhythm of each kind that binds an organisation of this rank."""
        return {kind: rhythm for kind, (rhythm, ranks) in self.rhythms.items() if rank in ranks}


class Bindings:
    """What is required at every place at or below the given ones, read in one query."""

    def __init__(self, paths: Iterable[str]) -> None:
        near = Q(pk__in=[])
        for path in paths:
            near |= Q(territory__path__startswith=path) | Q(territory__path__in=ancestor_paths(path))
        own = TerritorySetting.objects.filter(near, key__startswith="gatherings.")
        self._own: dict[str, dict[str, Any]] = {}
        for path, key, value in own.values_list("territory__path", "key", "value"):
            self._own.setdefault(path, {})[key] = value
        self._defaults = {one.key: one.default for one in registered_settings() if one.key.startswith("gatherings.")}
        self._known: dict[tuple[str, ...], Binding] = {}

    def at(self, path: str) -> Binding:
        """What holds at a path: the nearest value on the way up."""
        with_own = tuple(each for each in ancestor_paths(path) if each in self._own)
        if with_own not in self._known:
            values = dict(self._defaults)
            for each in with_own:
                values.update(self._own[each])
            self._known[with_own] = _binding(values)
        return self._known[with_own]


def _binding(values: dict[str, Any]) -> Binding:
    rhythms = {}
    for kind in GatheringKind:
        rhythm = Rhythm.parse(str(values[rhythm_key(kind)]))
        if rhythm is not None:
            rhythms[kind] = (rhythm, ranks_of(str(values[ranks_key(kind)])) or frozenset())
    return Binding(rhythms, int(values[REMIND_DAYS]))
