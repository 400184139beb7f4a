"""Rate limits count every request, however many come at once and whatever they say of where they come from."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from portal.api import throttling
from portal.api.throttling import ApiThrottle
from tests.portal.api.factories import PersonFactory, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.api.routes")]
PEOPLE = "/api/v1/test/people/"


@pytest.fixture(autouse=True)
def _three_a_minute(settings: Settings) -> None:
    settings.API_RATES = {"read": "3/m", "write": "2/m"}


def test_one_too_many_is_told_when_to_come_again(client: Client) -> None:
    assert [client.get(PEOPLE).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get(PEOPLE)
    assert refused.json()["code"] == "throttled"
    assert 0 < int(refused["Retry-After"]) <= 61


@pytest.mark.parametrize("proxies", [0, 1])
def test_an_invented_forwarded_for_is_no_other_address(client: Client, settings: Settings, proxies: int) -> None:
    """Without a proxy the header is nothing; behind one, only the entry that it wrote itself counts."""
    settings.TRUSTED_PROXIES = proxies
    seen = "" if proxies == 0 else ", 203.0.113.9"
    answers = [client.get(PEOPLE, headers={"X-Forwarded-For": f"198.51.100.{n}{seen}"}) for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]


def test_persons_behind_one_address_are_counted_apart() -> None:
    first, second = client_of(PersonFactory()), client_of(PersonFactory())
    assert [first.get(PEOPLE).status_code for _ in range(4)][-1] == 429
    assert second.get(PEOPLE).status_code == 200


def test_another_token_of_the_same_person_is_no_new_share() -> None:
    person = PersonFactory()
    for _ in range(3):
        assert client_of(person).get(PEOPLE).status_code == 200
    assert client_of(person).get(PEOPLE).status_code == 429


def test_the_border_of_two_windows_gives_no_double_share(client: Client) -> None:
    with time_machine.travel(1_800_000_059, tick=False):
        assert [client.get(PEOPLE).status_code for _ in range(3)] == [200] * 3
    with time_machine.travel(1_800_000_061, tick=False):
        assert client.get(PEOPLE).status_code == 429
    with time_machine.travel(1_800_000_185, tick=False):
        assert client.get(PEOPLE).status_code == 200


@override_settings(
    CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}}
)
def test_without_the_cache_the_api_still_answers(client: Client) -> None:
    assert [client.get(PEOPLE).status_code for _ in range(5)] == [200] * 5


@pytest.mark.parametrize("atomic", [True, False])
def test_parallel_requests_are_all_counted(monkeypatch: pytest.MonkeyPatch, atomic: bool) -> None:
    """Without the atomic step the counter falls behind: the positive control."""
    together = threading.Barrier(8)

    def read_then_write(key: str, span: int) -> int:
        number = int(cache.get(key, 0)) + 1
        together.wait(timeout=20)
        cache.set(key, number, timeout=span)
        return number

    if not atomic:
        monkeypatch.setattr(throttling, "_increment", read_then_write)

    def call(_number: int) -> bool:
        return ApiThrottle()._count("read:address:test", "3/m") == 0

    with ThreadPoolExecutor(max_workers=8) as pool:
        passed = sum(pool.map(call, range(8)))
    assert (passed == 3) is atomic
