"""A branch with its secretary, its members and their gatherings."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from grids.cells.domain import Post, Rank
from grids.cells.models import PartyOrganisation
from grids.gatherings import services
from grids.gatherings.domain import GatheringKind, GatheringState, Standing
from grids.gatherings.models import Gathering
from grids.members.models import PartyMember
from grids.roles.domain import Role
from portal.accounts.models import User
from tests.grids.cells.factories import OrganisationFactory, make_leader
from tests.grids.members.factories import make_member
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import CommunityFactory

LONG_AGO = dt.date(2020, 1, 1)


@dataclass
class Branch:
    """A committee with a branch and a group below it, and the people in them."""

    committee: PartyOrganisation
    branch: PartyOrganisation
    group: PartyOrganisation
    secretary: User
    above: User
    worker: User
    members: list[User]

    def plan(self, kind: str = GatheringKind.THEME_DAY, *, hours: float = 1, **given: Any) -> Gathering:
        """A gathering of the branch so many hours from now."""
        at = given.pop("starts_at", timezone.now() + dt.timedelta(hours=hours))
        values = {"title": "清洁河岸", "place": "江畔驿站", "starts_at": at, "ends_at": at + dt.timedelta(hours=2)}
        organisation, actor = given.pop("organisation", self.branch), given.pop("actor", self.secretary)
        return services.plan_gathering(actor=actor, organisation=organisation, kind=kind, **values | given)

    def opened(self, **given: Any) -> Gathering:
        """One whose check-in is open."""
        return services.open_check_in(actor=self.secretary, gathering=self.plan(**given))

    def held(self, on: dt.date, *, kind: str = GatheringKind.THEME_DAY, present: int = 0, **fields: Any) -> Gathering:
        """One that took place on a day, as it stands in the table."""
        at = dt.datetime.combine(on, dt.time(19), tzinfo=timezone.get_default_timezone())
        given: dict[str, Any] = {"organisation": self.branch, "title": "学习", "place": "会议室", "kind": kind}
        given |= {"state": GatheringState.CLOSED, "expected": max(present, 6), "present": present}
        given |= {"planned_by": self.secretary, "starts_at": at, "ends_at": at + dt.timedelta(hours=1), "held_on": on}
        return Gathering.objects.create(**given | fields)


def make_branch(*, members: int = 2) -> Branch:
    """A branch of so many members, one of them in its group, with a secretary and a committee above."""
    community = CommunityFactory()
    committee = OrganisationFactory(name="社区党委", territory=community, founded_on=LONG_AGO)
    branch = OrganisationFactory(
        name="第一党支部", rank=Rank.BRANCH, territory=community, parent=committee, founded_on=LONG_AGO
    )
    group = OrganisationFactory(
        name="江畔党小组", rank=Rank.GROUP, territory=community, parent=branch, founded_on=LONG_AGO
    )
    people: list[User] = [PersonFactory(legal_name=f"欧阳{number}号") for number in range(members)]
    for number, person in enumerate(people):
        make_member(group if number == members - 1 else branch, user=person)
    return Branch(
        committee=committee,
        branch=branch,
        group=group,
        secretary=make_leader(branch, user=PersonFactory(legal_name="支部书记")).user,
        above=make_leader(committee, Post.SECRETARY).user,
        worker=make_staff(Role.COMMUNITY_WORKER, community),
        members=people,
    )


def gather(member: PartyMember, officer: User) -> Gathering:
    """A gathering of the member's organisation whose check-in is open, with minutes and an attendance of the member."""
    at = timezone.now() - dt.timedelta(minutes=10)
    gathering = services.plan_gathering(
        actor=officer,
        organisation=member.organisation,
        kind=GatheringKind.THEME_DAY,
        title="清洁河岸",
        place="江畔驿站",
        starts_at=at,
        ends_at=at + dt.timedelta(hours=2),
    )
    gathering = services.open_check_in(actor=officer, gathering=gathering)
    services.mark(actor=officer, gathering=gathering, user=member.user, standing=Standing.PRESENT)
    services.save_minutes(actor=officer, gathering=gathering, text="清洁了河岸。", resolutions=["每月一次"])
    return gathering
