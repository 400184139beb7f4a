"""People, kinds of notices and notices for these tests."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import factory
from django.db import transaction

from portal.accounts.models import User
from portal.notifications.models import Notice
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import Payload
from portal.outbox.services import record


class PersonFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User

    phone = factory.Sequence(lambda n: f"+86137{n:08d}")
    email = factory.Sequence(lambda n: f"neighbour{n}@example.com")
    display_name = factory.Sequence(lambda n: f"邻居{n}")


class Helped(Payload):
    """Stands for any event; the `kinds` fixture declares it."""

    number: int


def helped(subject: User, *, at: datetime | None = None, actor: User | None = None) -> Event:
    with transaction.atomic():
        return record(Helped(number=1), subject=subject, at=at, actor=actor)


def tell(
    *people: User,
    kind: str = "tests.helped",
    event: Event | None = None,
    params: Mapping[str, str] | None = None,
    url: str = "/wishes/1/",
    **_options: Any,
) -> list[Notice]:
    """Tell these people of one event; their notices, in the same order."""
    event = event or helped(people[0])
    notify(
        event=event, kind=kind, recipients=ids(people), params=params or {"who": "李师傅", "title": "修水管"}, url=url
    )
    found = {notice.recipient_id: notice for notice in Notice.objects.filter(event=event, kind=kind)}
    return [found[person.pk] for person in people]


def ids(people: Iterable[User]) -> list[int]:
    return [person.pk for person in people]
