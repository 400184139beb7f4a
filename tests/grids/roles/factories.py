"""People with roles in places."""

from datetime import timedelta

import factory
from django.utils import timezone

from grids.roles.models import Appointment, Residency, ResidencyStatus, Role
from grids.territory.models import Territory
from portal.accounts.models import User
from tests.grids.territory.factories import CommunityFactory, GridFactory


class PersonFactory(factory.django.DjangoModelFactory):
    """A person with a phone, without any role."""

    class Meta:
        model = User

    phone = factory.Sequence(lambda n: f"+86139{n % 100_000_000:08d}")
    phone_verified_at = factory.LazyFunction(timezone.now)
    legal_name = factory.Sequence(lambda n: f"王{n}")
    display_name = factory.LazyAttribute(lambda me: f"{me.legal_name}家")


class AppointmentFactory(factory.django.DjangoModelFactory):
    """A grid member of a new grid, from a month ago, unless told."""

    class Meta:
        model = Appointment

    user = factory.SubFactory(PersonFactory)
    role = Role.GRID_MEMBER
    territory = factory.SubFactory(GridFactory)
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=30))


class ResidencyFactory(factory.django.DjangoModelFactory):
    """A request for residency in 洲岛家园社区 that waits, unless told."""

    class Meta:
        model = Residency

    user = factory.SubFactory(PersonFactory)
    community = factory.SubFactory(CommunityFactory)
    address = "3 栋 2 单元 501 室"


def make_staff(role: Role, territory: Territory, **fields: object) -> User:
    """A new person who holds the role in the place since a month ago and counts as staff."""
    user: User = PersonFactory(is_staff=True, **fields)
    AppointmentFactory(user=user, role=role, territory=territory)
    return user


def make_resident(community: Territory | None = None, **fields: object) -> User:
    """A new person whose residency in the community (洲岛家园社区 unless told) is confirmed."""
    community = community or CommunityFactory()
    user: User = PersonFactory(**fields)
    ResidencyFactory(
        user=user,
        community=community,
        status=ResidencyStatus.APPROVED,
        reason="上门看过",
        decided_by=PersonFactory(),
        decided_at=timezone.now(),
    )
    return user
