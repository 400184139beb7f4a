"""Two of the staff turn one incident into a wish at the same moment: one wish. Without the guard there are two."""

from threading import Barrier, get_ident

import pytest

from grids.incidents.models import Incident
from tests.concurrency.test_incident_race import at_once
from tests.concurrency.without import without_constraint
from tests.grids.incidents.factories import IncidentCategoryFactory, dispatched, make_round
from tests.wishes.origins.factories import made
from tests.wishes.wishes.factories import CategoryFactory, make_cast, posted
from wishes.origins import queries
from wishes.origins.models import WishOrigin
from wishes.origins.raising import raise_incident
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nobody_sees_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both find that there is no wish yet before either makes one."""
    gate = Barrier(2)
    asked = queries.living_origin
    first: dict[int, bool] = {}

    def look(source: object, subject: object) -> object:
        found = asked(source, subject)  # type: ignore[arg-type]
        if first.setdefault(get_ident(), True):
            first[get_ident()] = False
            gate.wait(timeout=30)
        return found

    monkeypatch.setattr("wishes.origins.services.living_origin", look)


def make_twice() -> list[bool]:
    people, category = make_round(), CategoryFactory()
    incident = dispatched(people)
    return at_once(
        lambda: made(people, incident, by=people.grid_head, category=category),
        lambda: made(people, incident, by=people.worker, category=category),
    )


def test_of_two_who_make_a_wish_of_one_incident_one_does(nobody_sees_another: None) -> None:
    assert sorted(make_twice()) == [False, True]
    assert Wish.objects.exclude(number="").count() == WishOrigin.objects.count() == 1


def test_without_the_guard_both_would(nobody_sees_another: None) -> None:
    with without_constraint(WishOrigin, "origin_one_wish_a_source"):
        assert make_twice() == [True, True]
        assert Wish.objects.exclude(number="").count() == 2


@pytest.fixture
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read the wish, and that it is no incident, before either files one."""
    gate = Barrier(2)

    def asked(_wish: Wish) -> bool:
        gate.wait(timeout=30)
        return False

    monkeypatch.setattr("wishes.origins.raising.locked", lambda wish: wish)
    monkeypatch.setattr("wishes.origins.raising.is_raised", asked)


def raise_twice() -> list[bool]:
    cast, category = make_cast(), IncidentCategoryFactory()
    wish = Wish.objects.with_surroundings().get(pk=posted(cast).pk)
    return at_once(
        lambda: raise_incident(actor=cast.grid_head, wish=wish, category=category),
        lambda: raise_incident(actor=cast.worker, wish=wish, category=category),
    )


def test_of_two_who_file_one_wish_as_an_incident_one_does(nobody_waits: None) -> None:
    assert sorted(raise_twice()) == [False, True]
    assert Incident.objects.count() == WishOrigin.objects.count() == 1


def test_without_the_guard_there_would_be_two_incidents(nobody_waits: None) -> None:
    with without_constraint(WishOrigin, "origin_made_into_one"):
        assert raise_twice() == [True, True]
        assert Incident.objects.count() == 2
