"""What was open on each day: counted once, worked out where the log tells it, never made up, forgotten in time."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import caches
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from grids.incidents.models import Incident
from grids.incidents.services import merge_incident
from grids.overview.models import OpenDay
from grids.overview.tasks import count_open
from grids.overview.trend import DAYS, Course, count_day, courses_of, daily_columns, forget_days
from grids.roles.domain import Role
from grids.territory.models import Territory
from tests.grids.incidents.factories import MONDAY, collected, dispatched, make_round, verified
from tests.grids.roles.factories import make_staff
from tests.portal.accounts.factories import enter_as_staff
from tests.wishes.wishes.factories import Cast, make_cast, posted

pytestmark = pytest.mark.django_db
KINDS = {"wishes", "wishes_late", "incidents", "incidents_late", "visits_overdue"}


def counts(kind: str) -> dict[date, int]:
    return dict(OpenDay.objects.filter(kind=kind).order_by("day").values_list("day", "count"))


def test_a_day_is_counted_once_and_never_again() -> None:
    cast = make_cast()
    posted(cast)
    assert count_open() > 0
    today = OpenDay.objects.filter(day=timezone.localdate(), territory=cast.community)
    assert {row.kind for row in today} == KINDS
    assert today.get(kind="wishes").count == 1
    posted(cast)
    assert count_open() == 0
    assert today.get(kind="wishes").count == 1


def test_days_nobody_counted_are_told_by_the_log_or_not_at_all() -> None:
    people = make_round()
    with time_machine.travel(MONDAY, tick=False):
        dispatched(people, at=MONDAY)
        verified(people, at=MONDAY)  # done after three hours
        verified(people, at=MONDAY - timedelta(days=2))
        twice, into = (dispatched(people, at=MONDAY + timedelta(hours=2)) for _ in range(2))
        merge_incident(actor=people.grid_head, incident=twice, into=into, at=MONDAY + timedelta(hours=3))
        last = collected(people, at=MONDAY + timedelta(hours=1))
    now = MONDAY + timedelta(days=2)
    with time_machine.travel(now, tick=False):
        count_day()
        day = MONDAY.date()
        told = counts("incidents")
        assert len(told) == DAYS + 1
        # At the beginning of each day; what was done within a day was never open then.
        assert [told[day + timedelta(days=n)] for n in (-2, -1, 0, 1, 2)] == [0, 0, 0, 3, 3]
        assert set(counts("incidents_late")) == set(counts("visits_overdue")) == {now.date()}
        assert OpenDay.objects.filter(day__lt=now.date(), is_derived=False).count() == 0
    # What the log does not explain today is not asked of yesterday.
    OpenDay.objects.all().delete()
    Incident.objects.filter(pk=last.pk).update(state="rejected", version=F("version") + 1)
    with time_machine.travel(now, tick=False):
        count_day()
        assert set(counts("incidents")) == {now.date()}


def test_it_stands_beside_the_number(django_assert_max_num_queries: Any) -> None:
    people, today = make_round(), timezone.localdate()
    collected(people, at=timezone.now())
    for ago, count in ((0, 1), (7, 3), (28, 1)):
        for kind, several in (("incidents", count), ("visits_overdue", count)):
            OpenDay.objects.create(
                territory=people.community,
                day=today - timedelta(days=ago),
                kind=kind,
                count=several,
                counted_at=timezone.now(),
            )
    client = enter_as_staff(Client(), people.secretary)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("overview")).content.decode()
    assert "比一周前少 2<br>和四周前一样" in page
    trend = reverse("overview_trend", args=[people.community.code])
    assert trend in page
    with django_assert_max_num_queries(12):
        assert "polyline" in client.get(trend).content.decode()
    api = APIClient()
    for who, told in ((people.secretary, 3), (people.supervisor, None)):
        api.force_authenticate(who)
        rows = {
            each["key"]: each["days"]
            for each in api.get(f"/api/v1/overview/trend/?place={people.community.code}").json()
        }
        assert rows["incidents"][-8]["count"] == 3
        assert rows["visits_overdue"][-8]["count"] == told  # a group of three people
    assert client.get(reverse("overview_trend", args=[people.grid.code])).status_code == 404


def test_nothing_is_compared_with_a_day_that_was_counted_in_part() -> None:
    cast = make_cast()
    other = make_round().other_worker
    elsewhere = Territory.objects.get(pk=other.appointments.get().territory_id)
    today = timezone.localdate()
    for place, ago in ((cast.community, 7), (cast.community, 0), (elsewhere, 0)):
        OpenDay.objects.create(
            territory=place, day=today - timedelta(days=ago), kind="wishes", count=2, counted_at=timezone.now()
        )
    client = enter_as_staff(Client(), cast.street_officer)
    assert "比一周前" not in client.get(reverse("overview")).content.decode()
    days = {
        column.column.key: dict(column.days)
        for column in courses_of(Territory.objects.get_parent(cast.community), today, exact=True)
    }["wishes"]
    assert (days[today], days[today - timedelta(days=7)]) == (4, None)
    caches["fragments"].clear()
    own = enter_as_staff(Client(), make_staff(Role.COMMUNITY_SECRETARY, cast.community))
    assert "比一周前少 2" in own.get(reverse("overview")).content.decode()


def test_old_days_are_forgotten(settings: Any) -> None:
    cast: Cast = make_cast()
    settings.OPEN_COUNTS_KEPT_DAYS = 30
    for ago in (30, 31):
        day = timezone.localdate() - timedelta(days=ago)
        OpenDay.objects.create(territory=cast.community, day=day, kind="wishes", count=1, counted_at=timezone.now())
    assert forget_days() == 1


def test_the_line_leaves_out_days_without_a_count() -> None:
    course = Course(daily_columns()[0], [(MONDAY.date() + timedelta(days=n), n * 2 or None) for n in range(3)])
    assert (course.points, course.most) == ("15,24 25,4", 4)
    assert course.is_line
    assert not Course(daily_columns()[0], [(MONDAY.date(), 3)]).is_line
