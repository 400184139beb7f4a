"""Incidents for programs: the same rules as the pages, each POST done once."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from grids.incidents.domain import State
from grids.incidents.models import Incident
from portal.accounts.models import User
from tests.grids.incidents.factories import (
    SECRET_NAME,
    SECRET_WORDS,
    Round,
    dispatched,
    handled,
    make_photo,
    make_round,
    taken,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/incidents/"


@pytest.fixture
def people() -> Round:
    return make_round()


def as_(person: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


def body(people: Round, **fields: Any) -> dict[str, Any]:
    return {"category": people.category.code, "place": people.grid.code, "words": SECRET_WORDS, **fields}


def test_reporting_twice_with_one_key_is_reporting_once(people: Round) -> None:
    client = as_(people.resident)
    photo = make_photo(people.resident)
    first = client.post(URL, body(people, photos=[str(photo.pk)]), format="json", headers={"Idempotency-Key": "k1"})
    again = client.post(URL, body(people, photos=[str(photo.pk)]), format="json", headers={"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"category": "no-such"}, "category"),
        ({"place": "999"}, "place"),
        ({"longitude": 500, "latitude": 3}, "longitude"),
        ({"photos": ["00000000-0000-0000-0000-000000000000"]}, "photos"),
        ({"words": ""}, "photos"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(people: Round, fields: dict[str, Any], field: str) -> None:
    answer = as_(people.resident).post(URL, body(people, **fields), format="json")
    assert answer.status_code == 400
    assert field in str(answer.json())
    assert not Incident.objects.exists()


def test_a_point_finds_the_grid(people: Round) -> None:
    given = body(people, place=people.community.code, longitude=118.691, latitude=32.001)
    assert as_(people.member).post(URL, given, format="json").json()["incident"]["territory"] == people.grid.code


def test_steps_are_taken_and_refused_as_on_pages(people: Round) -> None:
    incident = taken(people)
    url = f"{URL}{incident.pk}/"
    assert as_(people.grid_head).post(f"{url}report-back/", {"note": "好了"}, format="json").status_code == 403
    done = as_(people.member).post(f"{url}report-back/", {"note": "好了"}, format="json").json()
    assert done["incident"]["state"] == State.REPORTED
    own = as_(people.member).post(f"{url}verify/", {}, format="json")
    assert (own.status_code, own.json()["code"]) == (403, "own_work")
    assert as_(people.worker).post(f"{url}verify/", {}, format="json").status_code == 200
    assert as_(people.worker).post(f"{url}verify/", {}, format="json").status_code == 409


def test_others_read_no_more_than_the_page_shows_them(people: Round) -> None:
    incident = handled(people)
    for client in (APIClient(), as_(people.stranger)):
        text = client.get(f"{URL}{incident.pk}/").content.decode()
        for secret in (SECRET_WORDS, SECRET_NAME, people.member.display_name, "清走了"):
            assert secret not in text
    assert SECRET_WORDS in as_(people.worker).get(f"{URL}{incident.pk}/").content.decode()


def test_lists(people: Round) -> None:
    incident = dispatched(people)
    mine = as_(people.resident).get(f"{URL}mine/").json()["results"]
    work = as_(people.worker).get(f"{URL}work/", {"group": "appearance", "state": "dispatched"}).json()["results"]
    public = APIClient().get(URL, {"place": people.grid.code}).json()["results"]
    assert [row["number"] for row in (*mine, *work, *public)] == [incident.number] * 3
    assert APIClient().get(URL, {"place": people.grid.code, "order": "x"}).status_code == 400
    assert as_(people.worker).get(f"{URL}work/", {"state": "verified"}).json()["results"] == []
    assert people.category.code in APIClient().get(f"{URL}categories/").content.decode()


def test_the_reporter_is_shown_for_a_reason(people: Round) -> None:
    incident = dispatched(people)
    url = f"{URL}{incident.pk}/reports/{incident.reports.get().pk}/reveal/"
    assert as_(people.member).post(url, {}, format="json").status_code == 400
    assert as_(people.member).post(url, {"reason": "问一问"}, format="json").json()["name"] == SECRET_NAME
