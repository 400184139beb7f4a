"""Several workers sweeping at once tell each thing once; with the guard off, they would not."""

import threading
from contextlib import nullcontext
from unittest.mock import patch

import pytest
from django.db import connection
from django.db.models import QuerySet

from portal.deadlines import sweeping
from portal.deadlines.domain import Limit
from portal.deadlines.models import Clock, ClockState
from portal.deadlines.services import start_clock
from portal.deadlines.sweeping import sweep_clocks
from portal.outbox.models import Event
from tests.portal.deadlines.factories import SubjectFactory, nov

pytestmark = pytest.mark.django_db(transaction=True)
CLOCKS, WORKERS = 12, 4


def _sweep_with(workers: int) -> int:
    """Let so many workers sweep in the same moment; how many overdue events came of it."""
    for _ in range(CLOCKS):
        start_clock(subject=SubjectFactory(), kind="test.race", limit=Limit(days=1), at=nov(16))
    together = threading.Barrier(workers)

    def work() -> None:
        try:
            together.wait(timeout=20)
            sweep_clocks(now=nov(17, 18, 1))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return Event.objects.filter(type="deadlines.clock.overdue").count()


@pytest.mark.parametrize("guarded", [True, False])
def test_each_level_is_told_once(guarded: bool) -> None:
    """Without row locks all workers read the same clocks before any of them has written."""
    read_by_all = threading.Barrier(WORKERS)

    def held_by_whoever_reads(clocks: QuerySet[Clock]) -> list[Clock]:
        found = list(clocks.filter(state=ClockState.RUNNING).order_by("id"))
        if found and read_by_all.n_waiting < WORKERS and not read_by_all.broken:
            read_by_all.wait(timeout=20)
        return found

    guard_off = patch.object(sweeping, "_held_by_nobody", held_by_whoever_reads)
    with nullcontext() if guarded else guard_off:
        told = _sweep_with(WORKERS)
    assert (told == CLOCKS) is guarded
