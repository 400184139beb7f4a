"""What nobody ends: check-in ends by itself, and whether a gathering was held is asked once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from grids.gatherings import services
from grids.gatherings.domain import GatheringKind, GatheringState, Standing, ends_by_itself
from grids.gatherings.models import Gathering
from grids.gatherings.queries import gatherings_by_community
from grids.gatherings.tasks import finish
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.gatherings.factories import Branch, make_branch
from tests.portal.accounts.factories import enter

pytestmark = pytest.mark.django_db
NOON = "2026-11-16 12:00+08:00"


@pytest.fixture
def branch() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield make_branch()


def later(hours: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False)


def told(kind: str) -> list[tuple[int, str]]:
    rows = Notice.objects.filter(kind=f"grids.gathering_{kind}").order_by("recipient_id")
    return list(rows.values_list("recipient_id", "url"))


def test_when_it_ends() -> None:
    end, after = datetime(2026, 11, 16, 21), timedelta(hours=4)
    assert ends_by_itself(end, end - timedelta(hours=2), after) == end + after
    # What was held on paper is entered by hand: there is a day for it.
    assert ends_by_itself(end, end + timedelta(days=3), after) == end + timedelta(days=4)


def test_what_nobody_ends_is_counted_and_the_organiser_writes_the_minutes(branch: Branch) -> None:
    gathering = branch.opened()  # from 13:00 to 15:00
    services.mark(actor=branch.secretary, gathering=gathering, user=branch.members[0], standing=Standing.PRESENT)
    with later(6.9):
        finish()
        assert Gathering.objects.get().state == GatheringState.OPEN
    page = enter(Client(), branch.secretary).get(gathering.get_absolute_url()).content.decode()
    assert "没有人结束的话" in page
    with later(7):
        finish()
        finish()
        drain()
        gathering.refresh_from_db()
        assert (gathering.state, gathering.present, gathering.expected) == (GatheringState.CLOSED, 1, 2)
        assert told("ran_out") == [(branch.secretary.pk, reverse("gathering_minutes_edit", args=[gathering.pk]))]
        assert Event.objects.filter(type="grids.gatherings.closed", actor=None).count() == 1
        community = str(branch.committee.territory.path)
        assert gatherings_by_community(branch.committee.territory)[community].done == 1
        assert told("asked") == []


def test_where_nobody_was_it_was_not_held_and_is_asked_about_once(branch: Branch) -> None:
    gathering = branch.opened()
    with later(24):
        finish()
        finish()
        drain()
        gathering.refresh_from_db()
        assert (gathering.state, gathering.state_words) == (GatheringState.PLANNED, "等补记")
        assert told("asked") == [(branch.secretary.pk, gathering.get_absolute_url())]
        community = str(branch.committee.territory.path)
        assert gatherings_by_community(branch.committee.territory)[community].done == 0
        # It was held after all: entered by hand, and counted.
        services.open_check_in(actor=branch.secretary, gathering=gathering)
        finish()
        services.mark(actor=branch.secretary, gathering=gathering, user=branch.members[0], standing=Standing.PRESENT)
    with later(72):
        finish()
        drain()
        gathering.refresh_from_db()
        assert gathering.state == GatheringState.CLOSED
        assert len(told("asked")) == 1


def test_a_time_that_goes_by_is_asked_about_once_and_again_for_another_time(branch: Branch) -> None:
    gathering = branch.plan()
    cancelled = branch.plan(GatheringKind.LESSON)
    services.cancel_gathering(actor=branch.secretary, gathering=cancelled, reason="停电")
    with later(6):
        finish()
        assert told("asked") == []
    with later(8):
        finish()
        finish()
        drain()
        assert len(told("asked")) == 1
        page = enter(Client(), branch.secretary).get(gathering.get_absolute_url()).content.decode()
        assert "开过了，补登记" in page
        at = timezone.now() + timedelta(days=1)
        services.change_gathering(
            actor=branch.secretary, gathering=gathering, starts_at=at, ends_at=at + timedelta(hours=2)
        )
        finish()
    with later(50):
        finish()
        drain()
        assert len(told("asked")) == 2
    # What somebody answers before the question arrives is not asked.
    with later(51):
        late = branch.plan(GatheringKind.BRANCH_MEETING, hours=-9)
        Gathering.objects.filter(pk=late.pk).update(planned_at=late.starts_at)
        finish()
        services.open_check_in(actor=branch.secretary, gathering=late)
        drain()
        assert len(told("asked")) == 2


def test_a_month_that_is_over_is_not_asked_about(branch: Branch) -> None:
    branch.plan()
    with later(24 * 40):
        finish()
        drain()
        assert told("asked") == []
