"""Routes are planned by those of the place, walked by whoever has an office there, and missed ones are told of."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from grids.incidents.queries import last_days
from grids.lineage.services import merge_grids
from grids.patrols.domain import Rhythm, RunState
from grids.patrols.models import PatrolPoint, PatrolRun, PatrolTick
from grids.patrols.queries import Kept, kept, kept_by_place
from grids.patrols.services import (
    PointGiven,
    finish_run,
    open_runs,
    plan_route,
    retire_route,
    settle_past_runs,
    tick_point,
)
from grids.patrols.tasks import sweep
from grids.roles.domain import Role
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.duty.factories import away_on_leave
from tests.grids.incidents.factories import MONDAY, Round, make_round
from tests.grids.incidents.test_counts import counted
from tests.grids.patrols.factories import make_route, run_of
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import BuildingFactory, DistrictFactory, GridFactory
from tests.portal.accounts.factories import enter, enter_as_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Round:
    return make_round()


def test_who_plans_and_who_is_sent(people: Round) -> None:
    for nobody in (people.member, people.informant, people.other_worker, people.resident, people.supervisor):
        with pytest.raises(NotAllowed):
            make_route(nobody, people.informant, people.grid)
    for wrong in (people.resident, people.other_worker):
        with pytest.raises(Invalid) as refused:
            make_route(people.grid_head, wrong, people.grid)
        assert refused.value.field == "assigned_to"
    wanting: dict[str, dict[str, Any]] = {
        "weekdays": {"rhythm": Rhythm.WEEKDAYS, "weekdays": []},
        "number": {"rhythm": Rhythm.TIMES, "number": 9},
        "points": {"points": [PointGiven(look_at="什么都没有")]},
    }
    for field, given in wanting.items():
        with pytest.raises(Invalid) as refused:
            make_route(people.grid_head, people.informant, people.grid, **given)
        assert refused.value.field == field
    route = make_route(people.worker, people.informant, people.grid)
    drain()
    assert Notice.objects.get(kind="grids.patrol_assigned").recipient == people.informant
    assert run_of(route).walker == people.informant


def test_points_are_ticked_once_and_the_last_one_ends_it(people: Round) -> None:
    run = run_of(make_route(people.grid_head, people.informant, people.grid))
    gate, pavilion = run.route.points.all()
    first = tick_point(actor=people.informant, run=run, point=gate)
    again = tick_point(actor=people.member, run=run, point=gate)
    assert (again.pk, again.by) == (first.pk, people.informant)
    for nobody in (people.resident, people.other_worker):
        with pytest.raises(NotAllowed):
            tick_point(actor=nobody, run=run, point=pavilion)
    with pytest.raises(Invalid):
        tick_point(actor=people.informant, run=run, point=pavilion, outcome="skipped")
    tick_point(actor=people.informant, run=run, point=pavilion, outcome="skipped", reason="在施工，进不去")
    assert run_of(run.route).state == RunState.PARTLY
    with pytest.raises(Conflict):
        tick_point(actor=people.informant, run=run, point=pavilion)
    # Neither rows nor events say where the walker was.
    assert not {"longitude", "latitude"} & {field.name for field in PatrolTick._meta.get_fields()}
    assert Event.objects.about(run).get().payload == {"run_id": run.pk, "state": "partly"}


def test_walked_to_the_end_or_stopped(people: Round) -> None:
    run = run_of(make_route(people.grid_head, people.informant, people.grid))
    with pytest.raises(Conflict, match="一个点"):
        finish_run(actor=people.informant, run=run)
    tick_point(actor=people.informant, run=run, point=run.route.points.all()[0])
    assert finish_run(actor=people.informant, run=run).state == RunState.PARTLY

    other = run_of(make_route(people.grid_head, people.member, people.grid))
    for point in other.route.points.all():
        tick_point(actor=people.member, run=other, point=point)
    assert run_of(other.route).state == RunState.DONE
    counted()
    today = timezone.localdate()
    assert kept(people.community, last_days(today)) == Kept(due=2, done=1, partly=1)
    assert kept_by_place(people.community, last_days(today)) == {people.grid.pk: Kept(2, 1, 1)}


def test_the_sweep_opens_each_day_once_and_tells_of_missed_ones(people: Round) -> None:
    with time_machine.travel(MONDAY, tick=False):
        route = make_route(people.grid_head, people.informant, people.grid)
        assert (sweep(), open_runs(day=MONDAY.date())) == (0, 0)
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        assert (sweep(), sweep()) == (2, 0)
        drain()
        assert [notice.recipient for notice in Notice.objects.filter(kind="grids.patrol_missed")] == [people.grid_head]
    with time_machine.travel(MONDAY + timedelta(days=2), tick=False):
        sweep()
        drain()
        told = Notice.objects.filter(kind="grids.patrol_missed_again")
        assert {notice.recipient for notice in told} == {people.worker, people.secretary}
        retire_route(actor=people.worker, route=route)
    with time_machine.travel(MONDAY + timedelta(days=3), tick=False):
        assert settle_past_runs() == 1
        assert open_runs(day=timezone.localdate()) == 0
    counted()
    assert kept(people.grid, last_days((MONDAY + timedelta(days=3)).date())) == Kept(due=3, missed=3)


def test_whoever_covers_walks_in_the_days_of_leave(people: Round) -> None:
    duty = away_on_leave(people.member, by=people.worker, first=0, role=Role.GRID_MEMBER)
    nobody = make_route(people.worker, people.member, people.grid)
    assert run_of(nobody).walker is None
    duty.cover = people.grid_head
    duty.save()
    assert run_of(make_route(people.worker, people.member, people.grid)).walker == people.grid_head


def test_routes_and_points_follow_the_net(people: Round) -> None:
    building = BuildingFactory(grid=people.grid)
    route = make_route(people.worker, people.informant, people.grid, points=[PointGiven(building=building)])
    plan_route(
        actor=people.worker,
        place=people.grid,
        assigned_to=people.informant,
        name="改过",
        rhythm=Rhythm.TIMES,
        number=3,
        points=[PointGiven(spot="只看大门")],
        route=route,
    )
    assert PatrolPoint.objects.filter(route=route, is_active=True).get().spot == "只看大门"
    new = GridFactory(community=people.community)
    merge_grids(
        actor=make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory()), grid=people.grid, into=new, reason="人少了"
    )
    drain()
    route.refresh_from_db()
    assert (route.place, route.weekdays) == (new, [1, 3, 5])


def test_pages_on_a_phone_and_at_the_desk(people: Round, django_assert_max_num_queries: Any) -> None:
    desk, phone = enter_as_staff(Client(), people.grid_head), enter(Client(), people.informant)
    given = {
        "name": "晚上一圈",
        "assigned_to": people.informant.pk,
        "rhythm": "every",
        "number": "1",
        "rows": "4",
        "p0-spot": "东门",
        "p1-spot": "车棚",
        "p1-look_at": "飞线充电",
    }
    assert desk.post(reverse("patrol_new"), given | {"more": "1"}).content.decode().count("p7-spot") > 0
    assert desk.post(reverse("patrol_new"), given | {"name": ""}).status_code == 400
    assert desk.post(reverse("patrol_new"), given).status_code == 302
    run = PatrolRun.objects.get()
    with django_assert_max_num_queries(12):
        page = phone.get(reverse("patrol_today")).content.decode()
    assert page.index("东门") < page.index("车棚")
    gate, shed = run.route.points.all()
    assert reverse("patrol_report", args=[run.pk, gate.pk]) in page
    assert phone.post(reverse("patrol_tick", args=[run.pk, gate.pk])).status_code == 302
    assert phone.post(reverse("patrol_tick", args=[run.pk, shed.pk]), {"skip": "1"}).status_code == 400
    assert phone.post(reverse("patrol_finish", args=[run.pk])).status_code == 302
    counted()
    for url in (reverse("patrols"), reverse("patrol_runs") + "?state=partly", run.route.get_absolute_url()):
        with django_assert_max_num_queries(12):
            assert "晚上一圈" in desk.get(url).content.decode()
    assert enter(Client(), people.stranger).get(run.route.get_absolute_url()).status_code == 404
    edited = desk.post(reverse("patrol_edit", args=[run.route_id]), given | {"p0-pk": gate.pk, "p0-spot": "西门"})
    assert edited.status_code == 302
    assert PatrolPoint.objects.get(pk=gate.pk).spot == "西门"
    assert desk.post(reverse("patrol_retire", args=[run.route_id])).status_code == 302


def test_programs(people: Round) -> None:
    client = APIClient()
    client.force_authenticate(people.grid_head)
    body: dict[str, Any] = {"name": "一圈", "place": people.grid.code, "rhythm": "every"}
    body |= {"assigned_to": people.informant.pk, "points": [{"spot": "北门"}]}
    assert client.post("/api/v1/patrols/routes/", body, format="json").status_code == 201
    client.force_authenticate(people.informant)
    [run] = client.get("/api/v1/patrols/today/").json()
    url = f"/api/v1/patrols/{run['id']}/"
    assert client.post(f"{url}finish/").status_code == 409
    done = client.post(f"{url}points/{run['points'][0]['id']}/", {}, format="json").json()
    assert (done["state"], done["points"][0]["outcome"]) == ("done", "seen")
    counted()
    client.force_authenticate(people.supervisor)
    assert client.get(f"/api/v1/patrols/?place={people.grid.code}").json()["done"] == 1
