"""An address that somebody else has chosen does not lead into our own network."""

import socket
from typing import Any

import pytest

from portal.webhooks import guard
from portal.webhooks.guard import Failed, Refused, check_url, is_open, post, resolve
from tests.portal.webhooks.endpoint import running


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/hook",
        "https://user:word@example.org/",
        "https://example.org:22/",
        "https://example.org:99999/",
        "https:///hook",
        "https://example.org/a b",
        "https://example.org/\r\nHost: inner",
        "https://例子.org/",
        "https://example.org/#part",
        "https://[::1",
        "https://example.org\\@127.0.0.1/",
        "",
    ],
)
def test_only_plain_https_addresses(url: str) -> None:
    with pytest.raises(Refused):
        check_url(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.5",
        "172.16.9.9",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
    ],
)
def test_inner_addresses_are_known_in_every_dress(address: str) -> None:
    assert not is_open(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_open_addresses_are_open(address: str) -> None:
    assert is_open(address)


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://localhost/"])
def test_our_own_machine_is_not_called(url: str) -> None:
    with pytest.raises((Refused, Failed)):
        resolve(url)


def test_one_inner_address_among_open_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*_args: Any, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, 0, 0, "", (address, 443)) for address in ("1.1.1.1", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", found)

    with pytest.raises(Refused, match="inner address"):
        resolve("https://rebind.example.org/")


def test_the_checked_address_is_the_one_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up once: what it stands for a moment later changes nothing."""
    looked_up = []

    def found(host: str, *_args: Any, **_more: Any) -> list[Any]:
        looked_up.append(host)
        return [(socket.AF_INET, 0, 0, "", ("1.1.1.1" if len(looked_up) == 1 else "127.0.0.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    called = []

    def connect(address: Any, **_more: Any) -> Any:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Failed):
        post(resolve("https://rebind.example.org/"), b"{}", {})

    assert called == [("1.1.1.1", 443)]


def test_an_answer_that_never_ends_is_given_up(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOKS_MAY_CALL_OURSELVES = True
    monkeypatch.setattr(guard, "TOTAL_SECONDS", 0.2)
    with running() as endpoint:
        endpoint.wait = 0.8
        with pytest.raises(Failed, match="no answer in time"):
            post(resolve(endpoint.url), b"{}", {})
