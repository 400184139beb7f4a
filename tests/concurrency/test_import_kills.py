"""A worker killed (kill -9) in the middle of a district import: it ends whole, once, or says it was interrupted."""

import os
import signal
from collections import Counter

import pytest
from django.db import connection
from django.test import Client

from grids.districts.domain import ImportState, RowState, Sheet
from grids.districts.models import DistrictImport
from grids.districts.services import bring_in, undo_import
from grids.roles.models import Appointment
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.jobs.domain import MAX_ATTEMPTS
from portal.jobs.models import JobState
from portal.jobs.running import Run, run_waiting
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.districts.factories import Office, Row
from tests.grids.territory.factories import CommunityFactory
from tests.portal.accounts.factories import enter

pytestmark = pytest.mark.django_db(transaction=True)
COMMUNITIES = [f"3201050040{number}" for number in range(11, 15)]


@pytest.fixture
def office(transactional_db: None) -> Office:
    found = Office()
    for code in COMMUNITIES:
        CommunityFactory(code=code, name=f"社区{code[-2:]}")
    return found


def checked(office: Office) -> DistrictImport:
    """A grid with its head in each of four communities: each community is a transaction."""
    staff: list[Row] = [
        {"legal_name": f"赵{at}", "phone": f"136000001{at:02d}", "role": "网格长", "community": code, "grid": "东片"}
        for at, code in enumerate(COMMUNITIES)
    ]
    grids: list[Row] = [{"community": code, "name": "东片"} for code in COMMUNITIES]
    return office.check({Sheet.GRIDS: grids, Sheet.STAFF: staff})


def killed_worker() -> None:
    """A process of its own that is killed as soon as it has committed one community more."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            calls = Counter[str]()
            advance = Run.advance

            def die(run: Run, count: int = 1) -> None:
                advance(run, count)
                calls["advanced"] += 1
                if calls["advanced"] == 2:  # the first tells what an earlier run had done
                    os.kill(os.getpid(), signal.SIGKILL)

            setattr(Run, "advance", die)  # noqa: B010 (mypy: a method is no variable)
            run_waiting(seconds=20)
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def states(batch: DistrictImport) -> dict[str, int]:
    batch.refresh_from_db()
    return dict(Counter(batch.rows.values_list("state", flat=True)))


def test_another_worker_ends_what_a_killed_one_began(office: Office) -> None:
    batch = checked(office)
    for actor, after_kill in ((office.system, {"done": 1, "ready": 7}), (office.security, {"done": 5, "ready": 3})):
        bring_in(actor=actor, batch=batch)
        killed_worker()
        assert states(batch) == after_kill
        assert batch.state == ImportState.RUNNING
        assert not run_waiting(seconds=20)
        batch.refresh_from_db()
    assert (batch.state, states(batch)) == (ImportState.DONE, {"done": 8})
    grids = Territory.objects.at(Level.GRID).filter(name="东片")
    assert sorted(str(grid.code)[:12] for grid in grids) == COMMUNITIES
    heads = Appointment.objects.filter(territory__in=grids).values_list("user", flat=True)
    assert len(set(heads)) == len(heads) == 4
    ran = Event.objects.filter(type="grids.districts.ran").values_list("payload__part", flat=True)
    assert sorted(ran) == ["net", "staff"]


def test_given_up_it_stands_as_interrupted_and_goes_on_when_asked(office: Office) -> None:
    batch = checked(office)
    job = bring_in(actor=office.system, batch=batch)
    for _time in range(MAX_ATTEMPTS):
        killed_worker()
    assert not run_waiting(seconds=20)
    drain()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert (states(batch), batch.state) == ({"done": 2, "ready": 6}, ImportState.READY)
    page = enter(Client(), office.system, second_factor=True).get(batch.get_absolute_url()).content.decode()
    assert "上次做到一半停了" in page
    assert "导入网格和楼栋（2 行）" in page
    bring_in(actor=office.system, batch=batch)
    assert not run_waiting(seconds=20)
    assert states(batch) == {RowState.DONE: 4, RowState.READY: 4}
    assert Territory.objects.at(Level.GRID).filter(name="东片").count() == 4

    undo_import(actor=office.system, batch=batch)
    # Its worker was gone each time before anything was committed.
    type(job).objects.filter(state=JobState.WAITING).update(state=JobState.RUNNING, attempts=MAX_ATTEMPTS)
    assert not run_waiting(seconds=20)
    drain()
    assert states(batch) == {RowState.DONE: 4, RowState.READY: 4}
    undo_import(actor=office.system, batch=batch)
    assert not run_waiting(seconds=20)
    assert not Territory.objects.filter(name="东片").exists()
    batch.refresh_from_db()
    assert batch.state == ImportState.UNDONE
