"""One world for each file: what a request does to it is undone after the request."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from tests.permissions.world import World, build, drawn_plainly


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Everybody and everything there is to knock at."""
    files = override_settings(
        MEDIA_ROOT=tmp_path_factory.mktemp("media"),
        # Everybody signed in when the world was made, which may be long ago on a slow machine.
        ACCOUNT_REAUTHENTICATION_TIMEOUT=24 * 3600,
    )
    with files, drawn_plainly(), django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
