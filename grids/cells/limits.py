"""Settings of Party organisations, which differ between places."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.territory.inherited import register_setting
from portal.errors import Invalid

FIRST_REMINDER = "cells.term_first_reminder_days"
LAST_REMINDER = "cells.term_last_reminder_days"
# Nobody is reminded earlier, whatever a place has set.
LONGEST = 400


def _is_days(value: Any) -> None:
    if not 1 <= value <= LONGEST:
        raise Invalid(_("请写 1 到 %d 之间的天数。") % LONGEST, field="value")


register_setting(FIRST_REMINDER, int, 90, gettext_lazy("党组织任期届满前几天第一次提醒"), check=_is_days)
register_setting(LAST_REMINDER, int, 30, gettext_lazy("党组织任期届满前几天最后一次提醒"), check=_is_days)
