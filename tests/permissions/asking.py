"""Asking every route as everybody: what `test_*` compares with the table."""

import json

from django.core.cache import cache

from portal.site.health import note_canary
from tests.permissions.addresses import address, body
from tests.permissions.rows import Row
from tests.permissions.world import World, undone


def survey(world: World, row: Row) -> dict[str, dict[str, int]]:
    """What everybody gets from one route now."""
    path = address(world, row.name)
    return {method: ask_everybody(world, row.viewers(method), method, path) for method in row.methods}


def ask_everybody(world: World, viewers: tuple[str, ...], method: str, path: str) -> dict[str, int]:
    """The status that each viewer gets."""
    # Rate limits start from nothing, and a worker has just answered, so that the health page need not wait for one.
    cache.clear()
    note_canary("beat")
    return {viewer: ask(world, viewer, method, path) for viewer in viewers}


def ask(world: World, viewer: str, method: str, path: str) -> int:
    """The status that one viewer gets; nothing of the request remains."""
    with undone():
        client = world.clients[viewer]
        cookies = client.cookies.output()
        if path.startswith("/api/") and method != "GET":
            answer = client.generic(method, path, json.dumps(body(world, path)), content_type="application/json")
        else:
            answer = client.generic(method, path, content_type="application/x-www-form-urlencoded")
    client.cookies.clear()
    client.cookies.load(cookies.replace("Set-Cookie: ", ""))
    return answer.status_code
