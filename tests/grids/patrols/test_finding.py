"""What is wrong at a point is an incident that keeps where it was found; a tick by mistake is taken back in time."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from grids.incidents.models import Incident
from grids.incidents.queries import last_days
from grids.incidents.services import merge_incident
from grids.patrols.domain import RunState
from grids.patrols.finding import report_at_point
from grids.patrols.models import PatrolFinding, PatrolPoint, PatrolRun, PatrolTick
from grids.patrols.queries import Kept, kept
from grids.patrols.services import finish_run, retire_route, take_back_tick, tick_point
from portal.errors import Conflict, NotAllowed
from portal.outbox.models import Event, EventText
from tests.grids.incidents.factories import MONDAY, Round, collected, make_round
from tests.grids.incidents.test_counts import counted
from tests.grids.patrols.factories import make_route, run_of
from tests.portal.accounts.factories import enter, enter_as_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Round:
    return make_round()


@pytest.fixture
def run(people: Round) -> PatrolRun:
    return run_of(make_route(people.grid_head, people.member, people.grid))


def found_at(people: Round, run: PatrolRun, **given: Any) -> Incident:
    gate = run.route.points.all()[0]
    fields: dict[str, Any] = {"category": people.category, "place": people.grid, "words": "堆了沙发"} | given
    return report_at_point(actor=people.member, run=run, stop=gate, **fields)


def test_it_is_kept_where_it_was_found_whatever_becomes_of_the_route(people: Round, run: PatrolRun) -> None:
    incident = found_at(people, run)
    assert incident.filed_at is not None
    run.route.points.update(spot="改过的门")
    retire_route(actor=people.grid_head, route=run.route)
    desk = enter_as_staff(Client(), people.worker)
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert "巡查时发现的：早上一圈 · 北门" in page
    assert f'href="{run.route.get_absolute_url()}"' in page
    assert "巡查时发现" in page  # in the story as well
    assert incident.number in desk.get(run.route.get_absolute_url()).content.decode()
    # Nobody else is told, and what was deleted stays in words.
    assert "早上一圈" not in enter(Client(), people.resident).get(incident.get_absolute_url()).content.decode()
    PatrolTick.objects.all().delete()
    PatrolRun.objects.all().delete()
    PatrolPoint.objects.all().delete()
    EventText.objects.all().delete()
    page = desk.get(incident.get_absolute_url()).content.decode()
    assert "巡查时发现的：早上一圈 · 北门" in page
    assert run.route.get_absolute_url() not in page


def test_one_that_is_there_is_added_to_and_found_under_the_one_it_was_merged_into(
    people: Round, run: PatrolRun
) -> None:
    first = collected(people)
    again = report_at_point(actor=people.member, run=run, stop=run.route.points.all()[0], incident=first, words="还在")
    assert again == first
    found_at(people, run)
    twice = found_at(people, run)
    merge_incident(actor=people.grid_head, incident=twice, into=first)
    assert PatrolFinding.objects.filter(run=run).count() == 3
    page = enter_as_staff(Client(), people.worker).get(first.get_absolute_url()).content.decode()
    assert page.count("巡查时发现的：早上一圈 · 北门") == 2


def test_only_who_walks_there_and_on_its_day(people: Round, run: PatrolRun) -> None:
    with pytest.raises(NotAllowed):
        report_at_point(actor=people.other_worker, run=run, stop=run.route.points.all()[0], category=people.category)
    PatrolRun.objects.update(day=run.day - timedelta(days=1))
    with pytest.raises(Conflict):
        found_at(people, run_of(run.route))
    assert not Incident.objects.exists()


def test_a_tick_by_mistake_is_taken_back_by_whoever_made_it(people: Round, run: PatrolRun) -> None:
    gate, pavilion = run.route.points.all()
    with pytest.raises(Conflict):
        take_back_tick(actor=people.member, run=run, point=gate)
    tick_point(actor=people.member, run=run, point=gate)
    with pytest.raises(NotAllowed):
        take_back_tick(actor=people.grid_head, run=run, point=gate)
    take_back_tick(actor=people.member, run=run, point=gate)
    assert not PatrolTick.objects.exists()
    said = Event.objects.about(run).get()
    assert (said.payload, said.actor) == ({"run_id": run.pk, "point_id": gate.pk}, people.member)
    tick_point(actor=people.member, run=run, point=pavilion)
    finish_run(actor=people.member, run=run)
    with pytest.raises(Conflict):
        take_back_tick(actor=people.member, run=run, point=pavilion)
    counted()
    assert kept(people.grid, last_days(run.day)) == Kept(due=1, partly=1)


def test_pages(people: Round, run: PatrolRun, django_assert_max_num_queries: Any) -> None:
    phone = enter_as_staff(Client(), people.member)
    gate, _pavilion = run.route.points.all()
    report = reverse("patrol_report", args=[run.pk, gate.pk])
    page = phone.get(report).content.decode()
    assert "早上一圈 · 北门" in page
    assert 'value="北门"' in page
    sent = {"category": people.category.code, "place": people.grid.code, "spot": "北门", "words": "堆了沙发"}
    assert phone.post(report, sent).url == f"{reverse('patrol_today')}#run-{run.pk}"  # type: ignore[attr-defined]
    phone.post(reverse("patrol_tick", args=[run.pk, gate.pk]))
    with django_assert_max_num_queries(12):
        page = phone.get(reverse("patrol_today")).content.decode()
    assert Incident.objects.get().number in page
    back = reverse("patrol_take_back", args=[run.pk, gate.pk])
    assert back in page
    assert back not in enter_as_staff(Client(), people.grid_head).get(reverse("patrol_today")).content.decode()
    assert phone.post(back).status_code == 302
    assert phone.post(back).status_code == 409


def test_programs(people: Round, run: PatrolRun) -> None:
    client = APIClient()
    client.force_authenticate(people.member)
    gate, _pavilion = run.route.points.all()
    point = f"/api/v1/patrols/{run.pk}/points/{gate.pk}/"
    body = {"category": people.category.code, "words": "堆了沙发"}
    made = client.post(f"{point}incidents/", body, format="json")
    assert made.status_code == 201
    number = made.json()["incident"]["number"]
    joined = client.post(f"{point}incidents/", body | {"join": Incident.objects.get().pk}, format="json")
    assert (joined.status_code, joined.json()["incident"]["number"]) == (201, number)
    assert client.post(f"{point}incidents/", body | {"join": 0}, format="json").status_code == 400
    assert client.post(point, {}, format="json").json()["points"][0]["ticked_by_me"] is True
    answer = client.post(f"{point}back/").json()
    assert (answer["points"][0]["outcome"], answer["points"][0]["incidents"]) == ("", [number])
    [finding] = client.get(f"/api/v1/patrols/findings/?incident={number}").json()
    assert (finding["run"], finding["route_name"], finding["point_words"]) == (run.pk, "早上一圈", "北门")
    client.force_authenticate(people.resident)
    assert client.get(f"/api/v1/patrols/findings/?incident={number}").status_code == 404


def test_what_was_ticked_yesterday_stays(people: Round) -> None:
    with time_machine.travel(MONDAY, tick=False):
        run = run_of(make_route(people.grid_head, people.member, people.grid))
        tick_point(actor=people.member, run=run, point=run.route.points.all()[0])
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False), pytest.raises(Conflict):
        take_back_tick(actor=people.member, run=run, point=run.route.points.all()[0])
    assert run_of(run.route).state == RunState.OPEN
