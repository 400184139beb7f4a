"""Households of 洲岛家园 and who looks after them. All invented."""

from datetime import datetime, timedelta

from django.utils import timezone

from grids.members.models import PartyMember
from grids.pairing.domain import Care
from grids.pairing.models import Household
from grids.pairing.services import add_household, pair, set_care
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.site.demo.people import HOME

FLATS = tuple(f"{stair}单元{floor}0{side}" for stair in (1, 2) for floor in (1, 2) for side in (1, 2))
# Who already looks after how many of the first households of their grid.
PAIRED = (("林志强", 1, 6), ("高洁", 2, 3))


def pair_households(everybody: dict[str, User], now: datetime) -> None:
    """Every flat of the estate, some with a pair, one of them in special care."""
    worker, since = everybody["陈晓雨"], timezone.localdate(now) - timedelta(days=30)
    community = Territory.objects.get(code=HOME)
    for building in Territory.objects.under(community).at(Level.BUILDING):
        for door in FLATS:
            add_household(actor=everybody["韩涛"], building=building, door=door)
    for name, grid, count in PAIRED:
        lead = PartyMember.objects.get(user=everybody[name])
        homes = Household.objects.select_related("building").filter(building__code__startswith=f"{HOME}{grid:03d}")
        for home in homes.order_by("building__path", "door")[:count]:
            pair(actor=worker, lead=lead, household=home, on=since)
        set_care(actor=worker, household=homes.order_by("building__path", "door")[0], care=Care.SOLITARY)
