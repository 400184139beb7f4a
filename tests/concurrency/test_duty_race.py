"""Two people enter a leave for the same days at the same moment: one is noted. Without the guards, both would be."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from grids.duty import services
from grids.roles.models import Appointment, DutyCover, Role
from tests.concurrency.test_handover_race import at_once
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import CommunityFactory, GridFactory

pytestmark = pytest.mark.django_db(transaction=True)


def both_at_once(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Head and worker meet after reading the office, with its row not held."""
    grid = GridFactory()
    head, worker = make_staff(Role.GRID_HEAD, grid), make_staff(Role.COMMUNITY_WORKER, CommunityFactory())
    office, today, meeting = Appointment.objects.get(user=head), timezone.localdate(), Barrier(2)

    def read(pk: int) -> Appointment:
        found = Appointment.objects.select_related("user", "territory").get(pk=pk)
        meeting.wait(timeout=20)
        return found

    def arrange(actor: object) -> object:
        days = {"starts_on": today, "ends_on": today + timedelta(days=3)}
        return services.arrange_leave(actor=actor, appointment=office, **days)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "_held", read)
    return at_once(lambda: arrange(head), lambda: arrange(worker))


def test_the_database_lets_one_through(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(both_at_once(monkeypatch)) == [False, True]
    assert DutyCover.objects.count() == 1


def test_without_the_constraint_both_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control."""
    constraint = next(one for one in DutyCover._meta.constraints if one.name == "one_absence_at_a_time")
    with connection.schema_editor() as editor:
        editor.remove_constraint(DutyCover, constraint)
    try:
        assert both_at_once(monkeypatch) == [True, True]
    finally:
        DutyCover.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(DutyCover, constraint)
