"""Limits by address hold although anybody may write anything into X-Forwarded-For."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from portal.client_address import ClientAddressMiddleware, believable_address


def seen(header: str | None, *, remote: str = "127.0.0.1") -> tuple[str, bool]:
    """The address a view sees, and whether the header still stands."""
    found: list[tuple[str, bool]] = []

    def view(request: HttpRequest) -> HttpResponse:
        found.append((request.META["REMOTE_ADDR"], "HTTP_X_FORWARDED_FOR" in request.META))
        return HttpResponse()

    headers = {} if header is None else {"x-forwarded-for": header}
    ClientAddressMiddleware(view)(RequestFactory(REMOTE_ADDR=remote).get("/", headers=headers))
    return found[0]


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("1.1.1.1,2.2.2.2,  203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::1"),
        (", 203.0.113.9", "203.0.113.9"),
    ],
)
def test_one_proxy_vouches_for_the_last_entry(settings: Settings, header: str, address: str) -> None:
    settings.TRUSTED_PROXIES = 1
    assert seen(header) == (address, False)


@pytest.mark.parametrize("header", [None, "", "unknown", "1.1.1.1, <script>", "1.1.1.1,"])
def test_without_a_believable_entry_the_proxy_itself_counts(settings: Settings, header: str | None) -> None:
    settings.TRUSTED_PROXIES = 1
    assert seen(header, remote="127.0.0.1") == ("127.0.0.1", False)


def test_without_a_proxy_nothing_in_the_header_counts(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0
    assert seen("203.0.113.9", remote="198.51.100.7") == ("198.51.100.7", False)


def test_two_proxies_vouch_for_the_last_but_one() -> None:
    assert believable_address("6.6.6.6, 203.0.113.9, 10.0.0.2", 2) == "203.0.113.9"
    assert believable_address("10.0.0.2", 2) is None
