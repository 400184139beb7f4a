"""A grid with households in care and people to visit them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from grids.members.models import PartyMember
from grids.pairing.domain import Care
from grids.pairing.models import Household
from grids.pairing.services import pair, set_care
from grids.roles.domain import Role
from grids.visits.dues import follow_care
from grids.visits.models import CareDue, Visit
from grids.visits.services import log_visit
from portal.accounts.models import User
from tests.grids.pairing.factories import Net, make_homes, make_net
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import StreetFactory


@dataclass
class Estate:
    """Households of two buildings, the first two in care; the first of them paired with a member."""

    net: Net
    homes: list[Household]
    member: PartyMember
    grid_head: User
    grid_member: User
    secretary: User
    street_officer: User

    def due(self, number: int = 0) -> CareDue:
        """The row of one of the households, as it is now."""
        return CareDue.objects.get(pk=self.homes[number].pk)

    def counted_from(self, day: date, *numbers: int) -> None:
        """As if care had begun on that day."""
        for number in numbers or (0, 1):
            CareDue.objects.filter(pk=self.homes[number].pk).update(began_on=day, counted_from=day)
            follow_care(household_id=self.homes[number].pk, today=timezone.localdate())


def make_estate() -> Estate:
    net = make_net()
    homes = [*make_homes(net.building(0), 3), *make_homes(net.building(4), 2)]
    member = net.member()
    pair(actor=net.worker, lead=member, household=homes[0])
    for home, care in zip(homes, (Care.SOLITARY, Care.HARDSHIP), strict=False):
        set_care(actor=net.worker, household=home, care=care)
        follow_care(household_id=home.pk, today=timezone.localdate())
    return Estate(
        net=net,
        homes=homes,
        member=member,
        grid_head=make_staff(Role.GRID_HEAD, net.grid),
        grid_member=make_staff(Role.GRID_MEMBER, net.grid),
        secretary=make_staff(Role.COMMUNITY_SECRETARY, net.community),
        street_officer=make_staff(Role.STREET_OFFICER, StreetFactory()),
    )


def visited(estate: Estate, number: int = 0, *, by: User | None = None, **fields: Any) -> Visit:
    """The paired member was there and met somebody, unless told."""
    given: dict[str, Any] = {"key": uuid4(), "kind": "home", "words": "腿好些了", **fields}
    return log_visit(actor=by or estate.member.user, household=estate.homes[number], **given)


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def counted() -> None:
    """What deferred triggers count when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
