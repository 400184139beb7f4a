"""Who a request comes from, when a proxy stands in front.

X-Forwarded-For is a list that the client begins and each proxy continues: only the entries our own proxies wrote can
be believed, which are the last ones. Everything that counts by address (log-in limits, API throttles, the session
list) reads REMOTE_ADDR, so the one believable entry is put there and the header is taken away.
"""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "HTTP_X_FORWARDED_FOR"


def believable_address(header: str, proxies: int) -> str | None:
    """The address that the outermost of our `proxies` saw; None when the header does not hold one."""
    entries = [entry.strip() for entry in header.split(",")]
    if proxies < 1 or len(entries) < proxies:
        return None
    try:
        return str(ipaddress.ip_address(entries[-proxies]))
    except ValueError:
        return None


class ClientAddressMiddleware:
    """Sets REMOTE_ADDR from X-Forwarded-For as far as `settings.TRUSTED_PROXIES` proxies vouch for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        header = request.META.pop(HEADER, "")
        if address := believable_address(header, settings.TRUSTED_PROXIES):
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)
