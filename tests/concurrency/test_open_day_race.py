"""Two runs count one day at once: one row each. Without the unique constraint there are two."""

from threading import Barrier
from typing import Any

import pytest

from grids.overview import figures, trend
from grids.overview.models import OpenDay
from tests.concurrency.test_incident_race import at_once
from tests.concurrency.without import without_constraint
from tests.grids.territory.factories import GridFactory

pytestmark = pytest.mark.django_db(transaction=True)


def count_twice(monkeypatch: pytest.MonkeyPatch) -> int:
    """Rows of one kind after both have found the day uncounted."""
    GridFactory()
    both, read = Barrier(2), figures.figures_below

    def counted(*args: Any) -> Any:
        both.wait(timeout=30)
        return read(*args)

    monkeypatch.setattr(trend, "figures_below", counted)
    monkeypatch.setattr(trend, "DAYS", 0)
    assert at_once(trend.count_day, trend.count_day) == [True, True]
    return OpenDay.objects.filter(kind="wishes").count()


def test_of_two_runs_one_writes_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    assert count_twice(monkeypatch) == 1


def test_without_the_guard_a_day_is_counted_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    with without_constraint(OpenDay, "open_day_once"):
        assert count_twice(monkeypatch) == 2
        OpenDay.objects.all().delete()
