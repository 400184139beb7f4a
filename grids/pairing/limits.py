"""How many a member may look after: settings of places, which the database holds to (see `models`)."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.pairing.domain import HOUSEHOLDS_PER_MEMBER, MEMBERS_PER_BACKBONE
from grids.territory.inherited import register_setting
from portal.errors import Invalid

HOUSEHOLDS = "pairing.households_per_member"
MEMBERS = "pairing.members_per_backbone"


def _is_limit(value: Any) -> None:
    if not 1 <= value <= 100:
        raise Invalid(_("请写 1 到 100 之间的整数。"), field="value")


register_setting(HOUSEHOLDS, int, HOUSEHOLDS_PER_MEMBER, gettext_lazy("一名党员最多结对几户"), check=_is_limit)
register_setting(MEMBERS, int, MEMBERS_PER_BACKBONE, gettext_lazy("一名骨干党员最多带几名党员"), check=_is_limit)
