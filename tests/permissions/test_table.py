"""Role × route × method × status: every route of the portal, asked by everybody, in one table that can be reviewed."""

import json
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from portal.site.health import note_canary
from tests.permissions.addresses import address, body
from tests.permissions.routes import named_routes
from tests.permissions.rows import Row, rows
from tests.permissions.world import World, build, undone


class TestTable:
    """Every row, asked in one world: what a request does to it is undone after the request."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(
        cls, django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[World]:
        files = override_settings(
            MEDIA_ROOT=tmp_path_factory.mktemp("media"),
            # Everybody signed in when the world was made, which may be long ago on a slow machine.
            ACCOUNT_REAUTHENTICATION_TIMEOUT=24 * 3600,
        )
        with files, django_db_blocker.unblock(), transaction.atomic():
            yield build()
            transaction.set_rollback(True)

    @pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
    def test_everybody_gets_what_the_table_says(self, row: Row, world: World) -> None:
        assert survey(world, row) == row.expected()


# The mark has the database made also when this file runs alone; the class above manages its own transaction.
@pytest.mark.django_db
def test_every_route_stands_in_the_table() -> None:
    listed = {row.route for row in rows()}
    assert sorted(set(named_routes()) - listed) == []
    assert sorted(listed - set(named_routes())) == []


def survey(world: World, row: Row) -> dict[str, dict[str, int]]:
    """What everybody gets from one route now."""
    path = address(world, row.name)
    return {
        method: {viewer: ask(world, viewer, method, path) for viewer in row.viewers(method)} for method in row.methods
    }


def ask(world: World, viewer: str, method: str, path: str) -> int:
    """The status that one viewer gets; nothing of the request remains."""
    # Rate limits start from nothing, and a worker has just answered, so that the health page need not wait for one.
    cache.clear()
    note_canary("beat")
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
