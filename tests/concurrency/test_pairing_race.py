"""Twenty desks give away a member's last place at the same moment: one succeeds.

With a count that is looked at first and written after, as a program alone would do it, several do: the race is real.
"""

from threading import Barrier

import pytest
from django.db import connection

from grids.members.models import PartyMember
from grids.pairing import services
from grids.pairing.models import Household, Pairing, PairingLoad
from portal.errors import Conflict
from tests.concurrency.test_claim_race import MANY, at_once
from tests.grids.pairing.factories import Net, make_homes, make_net

pytestmark = pytest.mark.django_db(transaction=True)
GUARD = "within_limit"


@pytest.fixture
def net() -> Net:
    return make_net()


def nearly_full(net: Net) -> tuple[PartyMember, list[Household]]:
    """A member with one place left, and households that wait."""
    member, homes = net.member(), make_homes(net.building(), 9 + MANY)
    for home in homes[:9]:
        services.pair(actor=net.worker, lead=member, household=home)
    return member, homes[9:]


def test_one_of_many_gets_the_last_place(net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service holds the member meanwhile; here it does not, so that the database alone is asked."""
    member, homes = nearly_full(net)
    monkeypatch.setattr(services, "_held", lambda members: {one.pk: one for one in members})

    answers = at_once(lambda number: services.pair(actor=net.worker, lead=member, household=homes[number]))

    assert sum(isinstance(answer, Pairing) for answer in answers) == 1
    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert {error.code for error in refused} == {"limit_reached"}
    assert len(refused) == MANY - 1
    assert PairingLoad.objects.get(member=member).households == 10


def test_without_the_guard_of_the_database_several_get_it(net: Net) -> None:
    member, homes = nearly_full(net)
    everybody_has_looked = Barrier(MANY)

    def look_and_write(number: int) -> Pairing | None:
        room = Pairing.objects.living().filter(lead=member).count() < 10
        everybody_has_looked.wait(timeout=30)
        if not room:
            return None
        return Pairing.objects.create(lead=member, household=homes[number], paired_by=net.worker)

    switch = "ALTER TABLE grids_pairing {} TRIGGER " + trigger_name()
    with connection.cursor() as cursor:
        cursor.execute(switch.format("DISABLE"))
    try:
        answers = at_once(look_and_write)
        assert sum(isinstance(answer, Pairing) for answer in answers) > 1
    finally:
        Pairing.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(switch.format("ENABLE"))


def trigger_name() -> str:
    guard = next(trigger for trigger in Pairing._meta.triggers if trigger.name == GUARD)  # type: ignore[attr-defined]
    name: str = guard.get_pgid(Pairing)
    return name
