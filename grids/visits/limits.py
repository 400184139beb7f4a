"""Rhythms of visits and how long words are kept: settings of places."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.pairing.domain import Care
from grids.territory.inherited import register_setting, settings_for
from grids.territory.models import Territory
from grids.visits.domain import DEFAULT_DAYS
from portal.errors import Invalid

KEEP_MONTHS, KEPT = "visits.keep_months", 24
CORRECT_DAYS = "visits.correct_days"
DAYS = {care: f"visits.days.{care.value}" for care in DEFAULT_DAYS}
_LABELS = {
    Care.SOLITARY: gettext_lazy("独居、空巢老人至少几天走访一次"),
    Care.ILL: gettext_lazy("重病患者至少几天走访一次"),
    Care.DISABLED: gettext_lazy("残疾人至少几天走访一次"),
    Care.CHILD: gettext_lazy("留守或困境儿童至少几天走访一次"),
    Care.HARDSHIP: gettext_lazy("生活困难的至少几天走访一次"),
    Care.OTHER: gettext_lazy("其他需要关照的至少几天走访一次"),
}


def _is_days(value: Any) -> None:
    if not 1 <= value <= 365:
        raise Invalid(_("请写 1 到 365 之间的整数。"), field="value")


def _is_short(value: Any) -> None:
    if not 0 <= value <= 60:
        raise Invalid(_("请写 0 到 60 之间的整数。"), field="value")


def _is_months(value: Any) -> None:
    if not 1 <= value <= 120:
        raise Invalid(_("请写 1 到 120 之间的整数。"), field="value")


for _care, _key in DAYS.items():
    register_setting(_key, int, DEFAULT_DAYS[_care], _LABELS[_care], check=_is_days)
register_setting(CORRECT_DAYS, int, 7, gettext_lazy("走访人自己可以更正、撤回走访的天数"), check=_is_short)
register_setting(KEEP_MONTHS, int, KEPT, gettext_lazy("走访里写的话和照片保留几个月"), check=_is_months)


def rhythms_of(place: Territory) -> Mapping[Care, int]:
    """Every how many days each kind of care is visited in a place."""
    found = settings_for(place, list(DAYS.values()))
    return {care: int(found[key]) for care, key in DAYS.items()}
