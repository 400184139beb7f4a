"""A cache server that is away, or silent, costs nobody an answer."""

import socket
import time
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from portal import forgetful_cache
from portal.forgetful_cache import ForgetfulCache

pytestmark = pytest.mark.usefixtures("at_work")


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody rests from a failure of another test, or makes the next one rest."""
    monkeypatch.setattr(forgetful_cache, "_resting_until", 0.0)


def cache_at(socket_file: Path) -> ForgetfulCache:
    return ForgetfulCache(f"unix://{socket_file}", {})


def test_cache_that_is_away_knows_nothing_and_fails_nobody(tmp_path: Path) -> None:
    away = cache_at(tmp_path / "nobody.sock")
    for _turn in range(2):
        away.set("a", 1)
        assert away.get("a", "else") == "else"
        assert away.add("a", 1) is True
        assert away.get_many(["a"]) == {}
        assert away.set_many({"a": 1}) == ["a"]
        assert not away.has_key("a")
        assert not away.touch("a")
        assert not away.delete("a")
        with pytest.raises(ValueError, match="not found"):
            away.incr("a")


def test_silent_server_is_asked_once_and_then_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(forgetful_cache.OPTIONS, "socket_timeout", 0.1)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "silent.sock"))
        listener.listen()
        silent = cache_at(tmp_path / "silent.sock")
        began = time.monotonic()
        for _turn in range(50):
            assert silent.get("a") is None
        assert time.monotonic() - began < 1


def test_server_that_is_there_again_is_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache_at(tmp_path / "nobody.sock").get("a")
    cache.set("forgetful", "no")
    assert cache.get("forgetful") is None
    monkeypatch.setattr(forgetful_cache, "REST_SECONDS", 0.0)
    monkeypatch.setattr(forgetful_cache, "_resting_until", 0.0)
    cache.set("forgetful", "no")
    assert cache.get("forgetful") == "no"


@pytest.mark.django_db
def test_pages_go_on_without_a_cache(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setattr(forgetful_cache, "_resting_until", time.monotonic() + 3600)
    for path in ("/", "/wishes/", "/wishes/map/", "/accounts/login/", "/api/v1/wishes/"):
        assert client.get(path, follow=True).status_code == 200, path
    assert client.get("/healthz").json()["parts"]["cache"] != "ok"
