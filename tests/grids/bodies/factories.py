"""Bodies and the people who act for them."""

import datetime as dt

import factory

from grids.bodies.domain import BodyKind
from grids.bodies.models import Body, BodyMember
from grids.territory.models import Territory
from portal.accounts.models import User
from tests.grids.roles.factories import PersonFactory


class BodyFactory(factory.django.DjangoModelFactory):
    """A social organisation."""

    class Meta:
        model = Body

    kind = BodyKind.SOCIAL_ORGANISATION
    name = factory.Sequence(lambda n: f"邻里互助社{n}")


def make_body(kind: BodyKind, territory: Territory, *, user: User | None = None, name: str = "") -> tuple[Body, User]:
    """A body of this place with somebody who may act for it."""
    body = BodyFactory(kind=kind, territory=territory, **({"name": name} if name else {}))
    person = user or PersonFactory()
    BodyMember.objects.create(body=body, user=person, starts_on=dt.date(2026, 1, 1))
    return body, person
