"""What every test stands on: the database's extensions while tables are made straight from the models."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.db.models.signals import pre_migrate

pytest_plugins = ["tests.portal_server", "tests.browser"]

EXTENSIONS = ("btree_gist", "pg_trgm")


def _create_extensions(using: str, **_: Any) -> None:
    with connections[using].cursor() as cursor:
        for extension in EXTENSIONS:
            cursor.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """Make the extensions that migrations would make, when tests run without migrations."""
    if request.config.getoption("nomigrations"):
        pre_migrate.connect(_create_extensions)
    yield
    pre_migrate.disconnect(_create_extensions)
