"""The status by number and the end of the phone number, without signing in."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from portal.errors import TooOften
from portal.outbox.models import Event
from tests.wishes.wishes.factories import MONDAY, SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE, Cast, make_cast, posted
from tests.wishes.wishes.factories import special as special_wish
from wishes.neighbours.domain import STATUS_SPAN, STATUS_TRIES, AskedBy
from wishes.neighbours.models import StatusTry
from wishes.neighbours.services import forget_old_tries, read_status
from wishes.neighbours.services.lookup import NoSuchStatus
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db
TAIL = SECRET_PHONE[-4:]
PAGE = "/wishes/status/"
UNKNOWN = "2026-1116-9999"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def ask(number: str, tail: str = TAIL, *, client: Client | None = None, **headers: Any) -> Any:
    return (client or Client()).post(PAGE, {"number": number, "tail": tail}, **headers)


def wrong(number: str, times: int, *, address: str = "10.0.0.1", at: Any = MONDAY) -> None:
    for _ in range(times):
        with pytest.raises(NoSuchStatus):
            read_status(number=number, tail="0000", address=address, at=at)


@pytest.mark.parametrize("make", [posted, special_wish])
def test_state_steps_and_dates_but_nothing_of_the_person(cast: Cast, make: Any) -> None:
    wish: Wish = make(cast, title="独居，怕灯灭了", details="儿子不在身边")
    page = ask(wish.number).content.decode()
    assert wish.number in page
    assert "提交心愿" in page
    for secret in (SECRET_ADDRESS, SECRET_NAME, SECRET_PHONE[-11:], "桂芳", "儿子不在身边", "独居老人"):
        assert secret not in page, secret
    assert ("独居，怕灯灭了" in page) == (make is posted)


def test_typing_is_forgiven(cast: Cast) -> None:
    wish = posted(cast)
    assert wish.number in ask(wish.number.replace("-", "－"), "０００１").content.decode()
    assert "走到哪一步了" in ask(wish.number.replace("-", "")).content.decode()
    for number, tail in (("x", TAIL), (wish.number, "12"), ("", "")):
        assert ask(number, tail).status_code == 400


def test_an_unknown_number_and_a_wrong_ending_get_the_same_answer(cast: Cast) -> None:
    wish = posted(cast)
    answers = [ask(wish.number, "0000"), ask(UNKNOWN, "0000")]
    assert [answer.status_code for answer in answers] == [404, 404]
    texts = [answer.content.decode() for answer in answers]
    assert all("没有查到" in text for text in texts)
    client = APIClient()
    bodies = [
        client.post("/api/v1/wish-status/", {"number": number, "tail": "0000"}, format="json").json()
        for number in (wish.number, UNKNOWN)
    ]
    for body in bodies:
        body.pop("request_id", None)
    assert bodies[0] == bodies[1]
    found = client.post("/api/v1/wish-status/", {"number": wish.number, "tail": TAIL}, format="json").json()
    assert found["state"] == "published"


def test_after_five_wrong_tries_a_number_rests_for_an_hour_whoever_asks(cast: Cast) -> None:
    wish = posted(cast)
    for number in (wish.number, UNKNOWN):
        for turn in range(STATUS_TRIES[AskedBy.NUMBER]):
            wrong(number, 1, address=f"10.0.1.{turn}")
        for _ in range(2):
            with pytest.raises(TooOften):
                read_status(number=number, tail=TAIL, address="10.0.2.1", at=MONDAY)
    assert Event.objects.filter(type="wishes.status.locked").count() == 2
    later = MONDAY + STATUS_SPAN + timedelta(seconds=1)
    assert read_status(number=wish.number, tail=TAIL, address="10.0.2.1", at=later).number == wish.number


def test_right_answers_are_no_tries(cast: Cast) -> None:
    wish = posted(cast)
    for _ in range(STATUS_TRIES[AskedBy.NUMBER] + 2):
        read_status(number=wish.number, tail=TAIL, address="10.0.0.1", at=MONDAY)
    assert set(StatusTry.objects.values_list("count", flat=True)) == {0}


def test_an_address_is_counted_whatever_it_says_of_itself(cast: Cast) -> None:
    for turn in range(STATUS_TRIES[AskedBy.ADDRESS]):
        answer = ask(f"2026-1116-{turn:04d}", headers={"X-Forwarded-For": f"203.0.113.{turn}"})
        assert answer.status_code == 404
    last = ask(posted(cast).number, headers={"X-Forwarded-For": "198.51.100.7"})
    assert last.status_code == 429
    assert "试得太多了" in last.content.decode()


def test_counts_hold_no_address_and_are_forgotten(cast: Cast) -> None:
    wrong(UNKNOWN, 1)
    kept = StatusTry.objects.values_list("key", flat=True)
    assert all(len(key) == 64 for key in kept)
    assert forget_old_tries(now=MONDAY + timedelta(hours=23)) == 0
    assert forget_old_tries(now=MONDAY + timedelta(hours=25)) == 2


def test_the_code_on_the_slip_fills_in_the_number(cast: Cast) -> None:
    page = Client().get(f"{PAGE}?number=2026-1116-0001").content.decode()
    assert 'value="2026-1116-0001"' in page
    assert "<img" not in Client().get(f'{PAGE}?number="><img onerror=1>').content.decode()
