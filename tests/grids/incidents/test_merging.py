"""Two reports of one thing: found near by when the second is made, merged by staff, never lost."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F
from django.test import Client
from rest_framework.test import APIClient

from grids.incidents import services
from grids.incidents.domain import State
from grids.incidents.models import Incident
from portal.deadlines.models import Clock
from portal.errors import Conflict, Invalid
from portal.notifications.models import Notice
from portal.outbox.services import drain
from tests.grids.incidents.factories import (
    MONDAY,
    POINT,
    IncidentCategoryFactory,
    Round,
    collected,
    dispatched,
    handled,
    make_photo,
    make_round,
)
from tests.grids.territory.factories import GridFactory
from tests.portal.accounts.factories import enter

pytestmark = pytest.mark.django_db
METRES = 1 / 111_195  # degrees of latitude


@pytest.fixture
def people() -> Round:
    return make_round()


def told(kind: str) -> set[int]:
    drain()
    return set(Notice.objects.filter(kind=f"grids.incident_{kind}").values_list("recipient_id", flat=True))


def test_near_by_is_within_metres_of_the_same_category_and_still_open(people: Round) -> None:
    def at(metres: float) -> tuple[float, float]:
        return POINT[0], POINT[1] + metres * METRES

    near, nearer = dispatched(people, point=at(90)), collected(people, point=at(10))
    collected(people, point=at(110))
    collected(people, point=POINT, category=IncidentCategoryFactory())
    handled(people, point=POINT)
    vague = collected(people)

    assert services.incidents_like(people.category, people.grid, POINT) == [nearer, near, vague]
    people.category.near_metres = 20
    assert services.incidents_like(people.category, people.grid, POINT) == [nearer, vague]


def test_without_a_point_the_same_grid_counts(people: Round) -> None:
    here = collected(people)
    collected(people, place=GridFactory(community=people.community))
    assert services.incidents_like(people.category, people.grid, None) == [here]


def test_the_second_reporter_is_asked_and_joins(people: Round) -> None:
    first = collected(people, point=POINT)
    client, photo = enter(Client(), people.stranger), make_photo(people.stranger)
    sent = {
        "category": people.category.code,
        "start": str(people.community.code),
        "place": str(people.grid.code),
        "words": "还在",
        "kept": str(photo.pk),
        "longitude": str(POINT[0]),
        "latitude": str(POINT[1]),
    }
    asked = client.post("/grids/incidents/report/", sent)
    page = asked.content.decode()
    assert asked.status_code == 409
    for kept in ("就是这件，加上我的", "不是，照样上报", "还在", str(photo.pk)):
        assert kept in page
    assert Incident.objects.count() == 1
    assert client.post("/grids/incidents/report/", sent | {"join": str(first.pk)}).status_code == 302
    assert set(first.reports.values_list("reporter", flat=True)) == {people.resident.pk, people.stranger.pk}
    assert first.photos.get().photo == photo
    services.file_incident(actor=people.member, incident=first)
    assert told("reporter_filed") == {people.resident.pk, people.stranger.pk}


def test_who_says_that_it_is_another_reports_another(people: Round) -> None:
    collected(people)
    client = enter(Client(), people.resident)
    sent = {"category": people.category.code, "place": str(people.grid.code), "words": "另一处", "distinct": "1"}
    assert client.post("/grids/incidents/report/", sent).status_code == 302
    assert Incident.objects.count() == 2


def test_programs_ask_and_join(people: Round) -> None:
    first = collected(people, point=POINT)
    client = APIClient()
    client.force_authenticate(people.stranger)
    asked = {"category": people.category.code, "place": people.grid.code, "longitude": POINT[0], "latitude": POINT[1]}
    assert [one["id"] for one in client.post("/api/v1/incidents/near/", asked, format="json").json()] == [first.pk]
    sent = asked | {"words": "我也看到了", "join": first.pk}
    assert client.post("/api/v1/incidents/", sent, format="json").json()["incident"]["number"] == first.number
    far = client.post("/api/v1/incidents/", sent | {"join": first.pk + 1}, format="json")
    assert far.status_code == 400


def test_joining_twice_adds_nothing_and_what_is_done_is_not_joined(people: Round) -> None:
    first = collected(people)
    for _ in range(2):
        services.join_incident(actor=people.stranger, incident=first, words="还在")
    assert first.reports.count() == 2
    with pytest.raises(Conflict):
        services.join_incident(actor=people.stranger, incident=handled(people), words="还在")


def test_merging_brings_reports_over_keeps_the_number_and_leads_to_the_living_one(people: Round) -> None:
    photo = make_photo(people.stranger)
    living, again = dispatched(people), collected(people, by=people.stranger, photos=[photo])
    services.merge_incident(actor=people.worker, incident=again, into=living, at=MONDAY + timedelta(hours=1))

    again.refresh_from_db()
    assert (again.state, again.merged_into) == (State.MERGED, living)
    assert living.reports.count() == 2
    assert living.photos.get().photo == photo
    assert not Clock.objects.filter(subject_id=again.pk).exclude(state="stopped").exists()
    assert told("reporter_merged") == {people.stranger.pk}
    answer = enter(Client(), people.stranger).get(again.get_absolute_url())
    assert answer["Location"] == living.get_absolute_url()


def test_a_chain_of_merges_leads_to_its_end_and_who_reported_both_stays_once(people: Round) -> None:
    first, second, third = collected(people), collected(people), dispatched(people, by=people.stranger)
    services.merge_incident(actor=people.worker, incident=first, into=second, at=MONDAY + timedelta(hours=1))
    services.merge_incident(actor=people.worker, incident=second, into=third, at=MONDAY + timedelta(hours=1))

    first.refresh_from_db()
    assert first.merged_into == third
    assert third.reports.count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        Incident.objects.filter(pk=first.pk).update(merged_into=second, version=F("version") + 1)


def test_nothing_is_merged_into_itself_what_is_over_or_elsewhere(people: Round) -> None:
    incident = collected(people)
    with pytest.raises(Invalid):
        services.merge_incident(actor=people.worker, incident=incident, into=incident)
    done = services.verify_incident(actor=people.worker, incident=handled(people), at=MONDAY + timedelta(hours=5))
    elsewhere = collected(people, place=GridFactory(community=people.other_worker.appointments.get().territory))
    for into in (done, elsewhere):
        with pytest.raises(Invalid):
            services.merge_incident(actor=people.worker, incident=incident, into=into)
