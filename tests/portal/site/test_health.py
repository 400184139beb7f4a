"""/healthz tells what works, names what does not, and says nothing it should not."""

import time
from collections.abc import Iterator

import pytest
from celery import current_app
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from portal.site import health
from portal.site.tasks import canary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(health, "WORKER_ANSWER", 0.2)
    # As in a process that has just started: beat has not had the time to speak.
    monkeypatch.setattr(health, "STARTED", time.time())
    cache.clear()
    yield
    cache.clear()


def parts(client: Client, *, status: int) -> dict[str, str]:
    answer = client.get("/healthz")
    assert answer.status_code == status
    assert answer.json()["ok"] is (status == 200)
    found: dict[str, str] = answer.json()["parts"]
    return found


def test_all_is_well_after_a_canary(client: Client) -> None:
    canary(sent_by="beat")
    assert set(parts(client, status=200).values()) == {"ok"}


def test_answer_is_never_kept_and_changes_nothing(client: Client) -> None:
    canary(sent_by="beat")
    assert "no-store" in client.get("/healthz")["Cache-Control"]
    assert client.post("/healthz").status_code == 405


def test_silent_worker_is_asked_and_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **_: asked.append(name))
    assert parts(client, status=503)["worker"] == "no worker carries out tasks"
    assert parts(client, status=503)["worker"] == "no worker carries out tasks"
    # However often somebody looks, the queue does not fill with questions.
    assert asked == ["portal.site.tasks.canary"]


def test_worker_that_answers_is_well(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app, "send_task", lambda _name, kwargs, **_: canary(**kwargs))
    assert parts(client, status=200)["worker"] == "ok"


def test_schedule_that_stands_still_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    canary(sent_by="beat")
    long_ago = time.time() - 2 * health.BEAT_SILENCE
    cache.set("health:beat", long_ago)
    # A portal that has just started has not heard from beat yet.
    assert parts(client, status=200)["beat"] == "ok"
    monkeypatch.setattr(health, "STARTED", long_ago)
    assert parts(client, status=503)["beat"] == "the schedule stands still"


def test_broken_part_is_named_without_its_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OperationalError('connection to "db.internal" failed for user "wuwei"')

    canary(sent_by="beat")
    monkeypatch.setitem(health.CHECKS, "database", broken)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == "does not answer"
    assert answer.json()["parts"]["cache"] == "ok"
    assert b"internal" not in answer.content


def test_broken_cache_leaves_the_rest_unjudged(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise health.Unhealthy("does not keep what it is given")

    monkeypatch.setitem(health.CHECKS, "cache", broken)
    found = parts(client, status=503)
    assert found["cache"] == "does not keep what it is given"
    assert found["worker"] == found["beat"] == "unknown"


def test_database_without_room_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    canary(sent_by="beat")
    # The database refuses to write as much as it does where its disk is full.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL temp_file_limit = '1MB'")
    monkeypatch.setattr(health, "DISK_FULL", "53400")
    assert parts(client, status=503)["database"] == "no room left"
