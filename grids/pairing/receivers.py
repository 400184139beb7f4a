"""A member's part in pairings, in the copy of their data. The rows themselves go with the member's record."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from grids.pairing.models import Pairing
from portal.accounts.export import register_data_section
from portal.accounts.models import User


def pairings_of(user: User) -> list[dict[str, Any]]:
    """Whom this person looks or looked after: the building and door of a household, nobody's name."""
    found = Pairing.objects.filter(lead__user=user).select_related("household__building").order_by("since", "pk")
    return [
        {
            "household": f"{one.household.building.name} {one.household.door}" if one.household else None,
            "member": one.partner_id,
            "since": one.since,
            "ended_on": one.ended_on,
        }
        for one in found
    ]


register_data_section("pairings", label=_("我的结对"), data=pairings_of)
