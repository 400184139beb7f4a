"""Party organisations and the people who lead them."""

import datetime as dt

import factory
from django.utils import timezone

from grids.cells.domain import Post, Rank
from grids.cells.models import LeadershipTerm, PartyOrganisation
from portal.accounts.models import User
from tests.grids.roles.factories import PersonFactory
from tests.grids.territory.factories import CommunityFactory


class OrganisationFactory(factory.django.DjangoModelFactory):
    """The committee of 洲岛家园社区, unless told."""

    class Meta:
        model = PartyOrganisation

    name = factory.Sequence(lambda n: f"第{n}党组织")
    rank = Rank.COMMITTEE
    territory = factory.SubFactory(CommunityFactory)


def make_leader(
    organisation: PartyOrganisation, post: Post = Post.SECRETARY, *, user: User | None = None, days: int = 400
) -> LeadershipTerm:
    """Somebody in office since a month ago, for so many days more."""
    today = timezone.localdate()
    return LeadershipTerm.objects.create(
        organisation=organisation,
        user=user or PersonFactory(),
        post=post,
        starts_on=today - dt.timedelta(days=30),
        ends_on=today + dt.timedelta(days=days),
    )
