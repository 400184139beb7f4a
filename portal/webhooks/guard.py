"""Calling an address somebody else has chosen, without letting it reach into our own network.

The name is looked up once, every address it stands for has to be one of the open Internet, and the connection goes to
the address that was checked: a name that points elsewhere a moment later changes nothing. There are no redirects, no
proxies, a limit in time for the whole of it, and no more of the answer is read than its status.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 10.0
PORTS = frozenset({443, 8443})
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Refused(Exception):
    """The address may not be called; the message is a code for the log."""


class Failed(Exception):
    """The call did not come through; the message is a code for the log."""


@dataclass(frozen=True)
class Target:
    """An address that was checked: where to connect, and what to call it."""

    host: str
    port: int
    path: str
    is_tls: bool
    address: str


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    milliseconds: int


def check_url(url: str) -> tuple[str, int, str, bool]:
    """Host, port, path and whether it is TLS. Raises Refused for what is no plain https address."""
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise Refused("not a plain address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("not a plain address") from None
    local = settings.WEBHOOKS_MAY_CALL_OURSELVES
    if parts.scheme != "https" and not (local and parts.scheme == "http"):
        raise Refused("not https")
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        raise Refused("not a plain address")
    is_tls = parts.scheme == "https"
    port = port or (443 if is_tls else 80)
    if port not in PORTS and not local:
        raise Refused("port not allowed")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.hostname, port, path, is_tls


def resolve(url: str) -> Target:
    """The address to connect to. Raises Refused where the name stands for an inner address, Failed for no address."""
    host, port, path, is_tls = check_url(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Failed("name not found") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise Failed("name not found")
    if not settings.WEBHOOKS_MAY_CALL_OURSELVES and not all(is_open(address) for address in addresses):
        raise Refused("inner address")
    return Target(host, port, path, is_tls, addresses[0])


def is_open(address: str) -> bool:
    """Whether an IP address belongs to the open Internet, also one that is wrapped in another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_open(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def post(target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send the body and read the status. Raises Failed."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(target.host, target.port, timeout=CONNECT_SECONDS)
    is_over_time = threading.Event()
    watchdog = threading.Timer(TOTAL_SECONDS, _hang_up, [connection, is_over_time])
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.sock = _connect(target)
        connection.request("POST", target.path, body=body, headers={**headers, "Connection": "close"})
        status = connection.getresponse().status
    except TimeoutError:
        raise Failed("no answer in time") from None
    except ssl.SSLError:
        raise Failed("certificate or TLS") from None
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        # A socket that the watchdog has closed fails in several ways.
        raise Failed("no answer in time" if is_over_time.is_set() else type(error).__name__) from None
    finally:
        watchdog.cancel()
        connection.close()
    return Answer(status, int((time.monotonic() - began) * 1000))


def _connect(target: Target) -> socket.socket:
    plain = socket.create_connection((target.address, target.port), timeout=CONNECT_SECONDS)
    if not target.is_tls:
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


def _hang_up(connection: http.client.HTTPConnection, is_over_time: threading.Event) -> None:
    # Before the socket is closed: whoever waits for it wakes at once and asks why.
    is_over_time.set()
    sock = cast("socket.socket | None", connection.sock)
    if sock is not None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
