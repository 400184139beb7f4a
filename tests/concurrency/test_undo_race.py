"""Something is put on a grid in the instant in which the import that made it is undone."""

from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from rest_framework.test import APIClient

from grids.districts import undoing
from grids.districts.domain import ImportState, Sheet
from grids.districts.models import DistrictImport
from grids.districts.services import undo_import
from grids.districts.standing import what_remains
from grids.incidents.models import Incident, IncidentCategory
from grids.incidents.services import collect_incident
from grids.roles.models import Role
from grids.roles.services import appoint
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.accounts.opening import withdraw_accounts
from portal.errors import Conflict
from portal.jobs.running import run_next
from portal.postgresql.base import DatabaseWrapper, ReferenceGone
from tests.concurrency.test_net_race import Slow, meanwhile
from tests.grids.districts.factories import Office, grid_row
from tests.grids.incidents.factories import IncidentCategoryFactory
from tests.grids.roles.factories import PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(transactional_db: None) -> Office:
    return Office()


@pytest.fixture
def batch(office: Office) -> DistrictImport:
    done = office.run(office.check({Sheet.GRIDS: [grid_row("东一网格")]}))
    undo_import(actor=office.system, batch=done)
    return done


@pytest.fixture
def lamp(transactional_db: None) -> IncidentCategory:
    found: IncidentCategory = IncidentCategoryFactory()
    return found


def report(person: User, lamp: IncidentCategory) -> Any:
    """By a program, while the grid is removed and nobody else knows of it yet; then the removal is committed."""
    grid = Territory.objects.get(name="东一网格")
    slow = Slow(withdraw_accounts)
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(person)
    client.get("/api/v1/incidents/mine/")  # loads the addresses, so that what follows takes no time of its own
    form = {"category": lamp.code, "place": grid.code, "words": "灯不亮"}
    with mock.patch.object(undoing, "withdraw_accounts", slow):
        undone, answer = meanwhile(slow, run_next, lambda: client.post("/api/v1/incidents/", form, format="json"))
    assert undone is True
    return answer


def test_whoever_comes_too_late_is_told_in_words(batch: DistrictImport, lamp: IncidentCategory) -> None:
    answer = report(PersonFactory(), lamp)
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_gone")
    assert "刚刚被撤掉" in answer.json()["detail"]
    batch.refresh_from_db()
    assert batch.state == ImportState.UNDONE
    assert not Incident.objects.exists()


def test_without_the_words_it_is_a_fault_of_ours(batch: DistrictImport, lamp: IncidentCategory) -> None:
    """Positive control."""
    with mock.patch.object(DatabaseWrapper, "_commit", vars(BaseDatabaseWrapper)["_commit"]):
        assert report(PersonFactory(), lamp).status_code == 500


def test_an_appointment_that_waited_is_told_that_the_grid_is_gone(office: Office, batch: DistrictImport) -> None:
    grid, person = Territory.objects.get(name="东一网格"), PersonFactory()
    slow = Slow(withdraw_accounts)
    with mock.patch.object(undoing, "withdraw_accounts", slow):
        _undone, refused = meanwhile(
            slow, run_next, lambda: appoint(actor=office.security, user=person, role=Role.GRID_HEAD, territory=grid)
        )
    assert isinstance(refused, Conflict)
    assert "刚刚撤掉了" in str(refused.message)


def test_what_comes_first_keeps_its_grid(office: Office, batch: DistrictImport, lamp: IncidentCategory) -> None:
    """It is there after the undoing has looked and before it commits: the undoing looks again, and leaves the grid."""
    grid, person = Territory.objects.get(name="东一网格"), PersonFactory()
    calls: list[int] = []

    def look(*args: Any, **kwargs: Any) -> Any:
        found = what_remains(*args, **kwargs)
        if not calls:
            calls.append(1)
            raise ReferenceGone("as the commit would say")
        return found

    collect_incident(actor=person, category=lamp, place=grid, words="灯不亮")
    with mock.patch.object(undoing, "what_remains", look):
        assert run_next()
    batch.refresh_from_db()
    assert batch.state == ImportState.UNDONE
    assert Territory.objects.filter(pk=grid.pk).exists()


def test_the_error_is_one_that_undoes_the_transaction() -> None:
    with pytest.raises(ReferenceGone), transaction.atomic():
        raise ReferenceGone("x")
    assert issubclass(ReferenceGone, IntegrityError)
    assert issubclass(ReferenceGone, Conflict)
