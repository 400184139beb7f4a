"""Numbers of the micro-wish that differ between places: settings inherited down the territory tree, with defaults."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from grids.territory.inherited import register_setting, setting_for, settings_for
from grids.territory.models import Territory, TerritorySetting
from portal.deadlines.calendar import calendar_for
from portal.deadlines.domain import ClockFacts, Limit, deadline
from portal.errors import Invalid
from portal.formats import list_words
from wishes.wishes.domain import URGENCY_LIMITS, ExtensionRule, ReopenRule, SpecialGroup, Urgency
from wishes.wishes.tiers import TierHours

REOPEN_DAYS = "wishes.reopen_days"
REOPEN_TIMES = "wishes.reopen_times"
AUTO_CONFIRM_DAYS = "wishes.auto_confirm_days"
PHOTOS_MAX = "wishes.photos_max"
VERIFY_GROUPS = "wishes.verify_groups"
LOOK_FIRST = "wishes.look_first_at_unconfirmed"
TIER_SOCIAL = "wishes.tier_social_organisations_hours"
TIER_UNITS = "wishes.tier_co_building_units_hours"
TIER_PARTY = "wishes.tier_party_organisation_hours"
GIFT_GUIDE = "wishes.gift_guide"
CALLBACK_LIMIT = "wishes.callback_limit"
CALLBACK_TRIES = "wishes.callback_tries"
CALLBACK_AGAIN_HOURS = "wishes.callback_again_hours"
REFERRAL_LIMIT = "wishes.referral_limit"
REFERRAL_LINK_DAYS = "wishes.referral_link_days"
APPEAL_DAYS = "wishes.appeal_days"
APPEAL_LIMIT = "wishes.appeal_limit"
HANDOVER_HOURS = "wishes.handover_reminder_hours"
HANDOVER_URGENT_MINUTES = "wishes.handover_reminder_urgent_minutes"
EXTENSIONS_MAX = "wishes.extensions_max"
EXTENSION_LONGEST = "wishes.extension_longest"


def _is_limit(value: str) -> None:
    try:
        Limit.parse(value)
    except ValueError as error:
        raise Invalid(_("时限写成 24h（小时）或 7d（工作日）这样。"), field="value") from error


def _is_count(value: int) -> None:
    if not 0 <= value <= 365:
        raise Invalid(_("请填 0 到 365 之间的数。"), field="value")


def _is_some(value: int) -> None:
    if not 1 <= value <= 365:
        raise Invalid(_("请填 1 到 365 之间的数。"), field="value")


def _is_hours(value: int) -> None:
    if not 0 <= value <= 720:
        raise Invalid(_("请填 0 到 720 之间的小时数。"), field="value")


def _is_photo_count(value: int) -> None:
    if not 1 <= value <= 9:
        raise Invalid(_("照片最多 1 到 9 张。"), field="value")


def _are_groups(value: str) -> None:
    unknown = {code.strip() for code in value.split(",") if code.strip()} - set(SpecialGroup.values)
    if unknown:
        raise Invalid(_("不认识的代码：{codes}").format(codes=list_words(sorted(unknown))), field="value")


for _urgency, _limit in URGENCY_LIMITS.items():
    register_setting(
        f"wishes.limit.{_urgency.value}",
        str,
        _limit,
        format_lazy(_("时限：{urgency}"), urgency=_urgency.label),
        check=_is_limit,
    )
register_setting(REOPEN_DAYS, int, 7, _("办结后几天内可以要求重新办理"), check=_is_count)
register_setting(REOPEN_TIMES, int, 2, _("最多重新办理几次"), check=_is_count)
register_setting(AUTO_CONFIRM_DAYS, int, 7, _("居民几天没有回音就自动确认"), check=_is_count)
register_setting(PHOTOS_MAX, int, 9, _("一个心愿最多几张照片"), check=_is_photo_count)
register_setting(
    VERIFY_GROUPS,
    str,
    ",".join(group.value for group in SpecialGroup if group.value),
    _("哪些特殊群体要先核实（代码，逗号分开）"),
    check=_are_groups,
)
register_setting(LOOK_FIRST, bool, False, _("住户身份还没确认的人许的心愿，先看过再公开"))
register_setting(HANDOVER_HOURS, int, 24, _("移交几小时没人答复就提醒"), check=_is_some)
register_setting(HANDOVER_URGENT_MINUTES, int, 30, _("特急心愿的移交，几分钟没人答复就提醒"), check=_is_some)
register_setting(EXTENSIONS_MAX, int, 2, _("一个心愿最多延长几次"), check=_is_count)
register_setting(EXTENSION_LONGEST, str, "15d", _("一次最多延长多久（工作日，如15d）"), check=_is_limit)
register_setting(CALLBACK_LIMIT, str, "3d", _("多久之内回访（工作日，如3d）"), check=_is_limit)
register_setting(CALLBACK_TRIES, int, 3, _("回访打几次都联系不上就不再打"), check=_is_some)
register_setting(CALLBACK_AGAIN_HOURS, int, 24, _("没联系上，几小时后再打"), check=_is_some)
register_setting(REFERRAL_LIMIT, str, "7d", _("请外单位多久之内答复（工作日，如7d）"), check=_is_limit)
register_setting(REFERRAL_LINK_DAYS, int, 60, _("外单位的答复链接几天有效"), check=_is_some)
register_setting(APPEAL_DAYS, int, 15, _("没有受理的，几天内可以申诉"), check=_is_count)
register_setting(APPEAL_LIMIT, str, "5d", _("申诉多久之内答复（工作日，如5d）"), check=_is_limit)
register_setting(TIER_SOCIAL, int, TierHours.social_organisations, _("公开几小时后社会组织可以认领"), check=_is_hours)
register_setting(TIER_UNITS, int, TierHours.co_building_units, _("公开几小时后共建单位可以认领"), check=_is_hours)
register_setting(TIER_PARTY, int, TierHours.party_organisation, _("公开几小时后没人认领由党组织负责"), check=_is_hours)
register_setting(GIFT_GUIDE, str, "300–500", _("礼物心愿的参考价值（元）"))


# What is asked together, at the sending of a wish, while it is open, and at its end.
_AT_SENDING = (VERIFY_GROUPS, LOOK_FIRST, *(f"wishes.limit.{urgency.value}" for urgency in URGENCY_LIMITS))
_WHILE_OPEN = (TIER_SOCIAL, TIER_UNITS, TIER_PARTY, EXTENSIONS_MAX, EXTENSION_LONGEST)
_AT_THE_END = (REOPEN_DAYS, REOPEN_TIMES, AUTO_CONFIRM_DAYS)


def _values(territory: Territory, keys: tuple[str, ...]) -> dict[str, Any]:
    """Settings of the place in one query, remembered on the object: a page or a step asks several times."""
    known: dict[tuple[str, ...], dict[str, Any]] = territory.__dict__.setdefault("_wish_settings", {})
    if keys not in known:
        known[keys] = settings_for(territory, list(keys))
    return known[keys]


def limit_of(urgency: str, territory: Territory) -> Limit:
    """The time allowed for this urgency in this place."""
    return Limit.parse(str(_values(territory, _AT_SENDING)[f"wishes.limit.{Urgency(urgency).value}"]))


def reopen_rule(territory: Territory | None) -> ReopenRule:
    """How long and how often a resident of this place may reopen."""
    if territory is None:
        return ReopenRule()
    values = _values(territory, _AT_THE_END)
    return ReopenRule(days=int(values[REOPEN_DAYS]), times=int(values[REOPEN_TIMES]))


def auto_confirm_after(territory: Territory) -> timedelta:
    """How long a fulfilled wish waits for its author's word."""
    return timedelta(days=int(_values(territory, _AT_THE_END)[AUTO_CONFIRM_DAYS]))


def tier_hours(territory: Territory) -> TierHours:
    """How long after publication the tiers open in this place."""
    values = _values(territory, _WHILE_OPEN)
    return TierHours(int(values[TIER_SOCIAL]), int(values[TIER_UNITS]), int(values[TIER_PARTY]))


def shortest_wait_for_party() -> timedelta:
    """The shortest time anywhere after which the Party organisation is given what nobody took."""
    own = TerritorySetting.objects.filter(key=TIER_PARTY).values_list("value", flat=True)
    return timedelta(hours=min([TierHours.party_organisation, *(int(value) for value in own)]))


def photos_max(territory: Territory | None) -> int:
    """How many photos a wish may have in each role."""
    return int(setting_for(territory, PHOTOS_MAX)) if territory else 9


def needs_verification(special_group: str, territory: Territory) -> bool:
    """Whether wishes of this group are verified before publication here."""
    groups = {code.strip() for code in str(_values(territory, _AT_SENDING)[VERIFY_GROUPS]).split(",")}
    return bool(special_group) and special_group in groups


def looks_first_at_unconfirmed(territory: Territory) -> bool:
    """Whether a wish of somebody whose residency is not confirmed is looked at before it becomes public."""
    return bool(_values(territory, _AT_SENDING)[LOOK_FIRST])


def gift_guide(territory: Territory | None) -> str:
    """The value a gift should have, in yuan, for the hint beside the field."""
    return str(setting_for(territory, GIFT_GUIDE)) if territory else "300–500"


def handover_reminder_after(urgency: str, territory: Territory) -> timedelta:
    """How long an offer or objection may wait for an answer before those who owe it hear of it again."""
    if urgency == Urgency.IMMEDIATE:
        return timedelta(minutes=int(setting_for(territory, HANDOVER_URGENT_MINUTES)))
    return timedelta(hours=int(setting_for(territory, HANDOVER_HOURS)))


def extension_rule(territory: Territory | None) -> ExtensionRule:
    """How often and how long a limit may be extended here."""
    if territory is None:
        return ExtensionRule()
    values = _values(territory, _WHILE_OPEN)
    return ExtensionRule(times=int(values[EXTENSIONS_MAX]), longest=Limit.parse(str(values[EXTENSION_LONGEST])))


def due_after(key: str, territory: Territory, at: datetime) -> datetime:
    """When a limit that is a setting of the place ends, on the working-day calendar of the place."""
    limit = Limit.parse(str(setting_for(territory, key)))
    return deadline(ClockFacts(limit=limit, started_at=at), calendar_for(territory.pk)).due_at


def count_of(key: str, territory: Territory | None, default: int) -> int:
    """A number that is a setting of the place."""
    return int(setting_for(territory, key)) if territory else default
