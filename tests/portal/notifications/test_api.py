"""The inbox for programs."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from portal.notifications.services import mark_read, unread_count
from tests.portal.accounts.factories import enter
from tests.portal.notifications.factories import PersonFactory, helped, tell

pytestmark = pytest.mark.django_db
LIST = "/api/v1/notices/"


@pytest.fixture
def person() -> User:
    person: User = PersonFactory()
    return person


@pytest.fixture
def program(person: User) -> Client:
    return enter(Client(), person)


def post(program: Client, url: str, body: Any = None, **headers: str) -> Any:
    return program.post(url, json.dumps(body or {}), content_type="application/json", headers=headers)


def test_strangers_are_refused() -> None:
    assert Client().get(LIST).status_code in (401, 403)
    assert Client().get(LIST + "unread/").status_code in (401, 403)


def test_a_page_holds_ones_own_newest_first(program: Client, person: User) -> None:
    now = timezone.now()
    for number in range(5):
        tell(person, event=helped(person, at=now - timedelta(minutes=number)), params={"who": str(number)})
    tell(PersonFactory())
    first = program.get(LIST, {"limit": 3}).json()
    second = program.get(first["next"]).json()
    bodies = [row["body"] for row in first["results"] + second["results"]]
    assert bodies == [f"{number} 认领了“”。" for number in range(5)]
    assert second["next"] is None
    assert set(first["results"][0]) == {"id", "kind", "title", "body", "url", "created_at", "read_at"}


def test_unread_only(program: Client, person: User) -> None:
    (old,), (new,) = tell(person), tell(person)
    mark_read(actor=person, notice=old)
    rows = program.get(LIST, {"unread": "true"}).json()["results"]
    assert [row["id"] for row in rows] == [new.pk]
    assert program.get(LIST + "unread/").json() == {"unread": 1}
    assert program.get(LIST, {"user": "1"}).status_code == 400


def test_reading_is_repeatable(program: Client, person: User) -> None:
    (notice,) = tell(person)
    url = f"{LIST}{notice.pk}/read/"
    answers = [post(program, url, **{"Idempotency-Key": "one-and-the-same"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["read_at"]
    assert unread_count(person) == 0


def test_all_read_up_to_one(program: Client, person: User) -> None:
    (notice,) = tell(person)
    assert post(program, LIST + "unread/", {"up_to": notice.pk}).json() == {"unread": 0}
    assert post(program, LIST + "unread/", {"up_to": "x"}).status_code == 400
    assert post(program, LIST + "unread/", {"up_to": 2**70}).status_code == 400


def test_somebody_elses_notice_is_not_there(program: Client) -> None:
    (foreign,) = tell(PersonFactory())
    assert post(program, f"{LIST}{foreign.pk}/read/").status_code == 404
    assert post(program, LIST + "unread/", {"up_to": foreign.pk}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.read_at is None
