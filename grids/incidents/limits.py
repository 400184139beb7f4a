"""Numbers of the incident that differ between places: settings inherited down the territory tree, with defaults."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from grids.territory.inherited import register_setting, setting_for
from grids.territory.models import Territory
from portal.deadlines.domain import Limit
from portal.errors import Invalid

VERIFY_LIMIT = "incidents.verify_limit"
NEAR_METRES = "incidents.near_metres"
REOPEN_DAYS = "incidents.reopen_days"
PHOTOS_MAX = 9


def check_limit(value: str) -> None:
    """Raises Invalid for what is no limit."""
    try:
        Limit.parse(value)
    except ValueError as error:
        raise Invalid(_("时限写成 2h（小时）、4wh（工作小时）或 3d（工作日）这样。"), field="value") from error


def _is_distance(value: int) -> None:
    if not 0 <= value <= 2000:
        raise Invalid(_("请填 0 到 2000 之间的米数。"), field="value")


def _is_count(value: int) -> None:
    if not 0 <= value <= 365:
        raise Invalid(_("请填 0 到 365 之间的数。"), field="value")


register_setting(VERIFY_LIMIT, str, "2d", _("事件办好后多久之内核查（如 2d、8wh）"), check=check_limit)
register_setting(NEAR_METRES, int, 100, _("多少米以内的同类事件算是同一处（米）"), check=_is_distance)
register_setting(REOPEN_DAYS, int, 7, _("事件办好后几天内上报人可以要求再办"), check=_is_count)


def verify_limit(territory: Territory) -> Limit:
    """How soon somebody looks at what was reported as done."""
    return Limit.parse(str(setting_for(territory, VERIFY_LIMIT)))


def near_metres(territory: Territory) -> int:
    """How near two reports of one category have to be to be about the same thing."""
    return int(setting_for(territory, NEAR_METRES))


def reopen_within(territory: Territory) -> timedelta:
    """How long a reporter may say that it is not done."""
    return timedelta(days=int(setting_for(territory, REOPEN_DAYS)))
