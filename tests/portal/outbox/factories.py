"""People and happenings for these tests."""

import factory
from django.db import transaction

from portal.accounts.models import User
from portal.outbox.models import Event
from portal.outbox.registry import Payload
from portal.outbox.services import record


class PersonFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    phone = factory.Sequence(lambda n: f"+86139{n:08d}")
    display_name = factory.Sequence(lambda n: f"邻居{n}")


class Pinged(Payload):
    """Stands for any event; the `pinged` fixture declares it."""

    number: int


def ping(subject: User, number: int = 1, *, actor: User | None = None, text: str = "") -> Event:
    with transaction.atomic():
        return record(Pinged(number=number), subject=subject, actor=actor, text=text)
