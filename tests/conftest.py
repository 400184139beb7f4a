"""What every test may ask for: a whole running portal, and a browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.cache import caches
from django.db.backends.postgresql.operations import DatabaseOperations
from django.template import Context, Template
from django.test.signals import template_rendered
from hypothesis import settings

from portal.preloading import keep_what_is_loaded

ROOT = Path(__file__).resolve().parent.parent
pytest_plugins = ["tests.portal_server", "tests.browser", "tests.concurrency.recovery"]

# How long an example takes says something of the machine and of what else runs on it.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")

# Files that take longest, the longest first: whoever runs them beside others must not find them last.
LONGEST = (
    "tests/journeys/test_every_page.py",
    "tests/permissions/test_table_of_pages.py",
    "tests/journeys/test_every_page_for_elders.py",
    "tests/permissions/test_table_of_admin.py",
    "tests/permissions/test_table_of_programs.py",
    "tests/portal/site/test_demo.py",
    "tests/wishes/wishes/test_pages_detail.py",
    "tests/wishes/wishes/test_searching.py",
    "tests/hostile/test_hostile.py",
    "tests/wishes/wishes/test_machine.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, then those of whole portals, then the rest; last those whose tests empty the tables,
    since other tests would miss what was in them from the beginning. Each file stays as it was ordered in itself."""
    portals = {item.path for item in items if "portal_processes" in fixtures_of(item)}
    emptying = {item.path for item in items if empties_tables(item)}

    def turn(item: pytest.Item) -> tuple[int, str]:
        file = str(item.path.relative_to(ROOT))
        if file in LONGEST:
            return LONGEST.index(file) - len(LONGEST), file
        return 0 if item.path in portals else 2 if item.path in emptying else 1, file

    items.sort(key=turn)


def fixtures_of(item: pytest.Item) -> list[str]:
    return getattr(item, "fixturenames", [])


def empties_tables(item: pytest.Item) -> bool:
    """Whether the test commits, and so has to empty the tables behind it."""
    mark = item.get_closest_marker("django_db")
    return "transactional_db" in fixtures_of(item) or bool(mark and mark.kwargs.get("transaction"))


def pytest_collection_finish() -> None:
    """What was loaded for the tests stays: looking through all of it for circles again and again took a sixth of the
    time of the permission table."""
    keep_what_is_loaded()


@pytest.fixture(scope="session", autouse=True)
def _pages_noted_whole(django_test_environment: None) -> Iterator[None]:
    """What a page was drawn from is noted once for the page, not for each of its pieces: for a test client to copy it
    each time takes as long as drawing."""

    def draw(template: Template, context: Context) -> str:
        if context.template is template:
            template_rendered.send(sender=template, template=template, context=context)
        return template.nodelist.render(context)

    with mock.patch.object(Template, "_render", draw):
        yield


# What Django writes anew after each emptying, always the same.
KEPT = {"auth_permission", "django_content_type"}
LITTLE = 1_000_000  # bytes of a table


@pytest.fixture(scope="session", autouse=True)
def _little_is_emptied_quickly() -> Iterator[None]:
    """A test that commits leaves rows in a few tables; to truncate all there are takes longer than most such tests."""
    truncate = DatabaseOperations.sql_flush

    def sql_flush(self: Any, style: Any, tables: list[str], **options: bool) -> list[str]:
        with self.connection.cursor() as cursor:
            # Rows are deleted past the triggers that forbid it.
            cursor.execute(
                "SELECT current_setting('is_superuser') = 'on' AND max(pg_relation_size(name)) < %s"
                " FROM unnest(%s::regclass[]) AS name",
                [LITTLE, tables],
            )
            [is_little] = cursor.fetchone()
            if not tables or not is_little or options.get("reset_sequences"):
                return truncate(self, style, tables, **options)
            cursor.execute(
                " UNION ALL ".join(
                    f"SELECT '{name}' WHERE EXISTS (SELECT FROM {self.quote_name(name)})" for name in tables
                )
            )
            full = sorted({name for [name] in cursor.fetchall()} - KEPT)
        return [
            "SET LOCAL session_replication_role = replica",
            *(f"DELETE FROM {self.quote_name(name)}" for name in full),
        ]

    with mock.patch.object(DatabaseOperations, "sql_flush", sql_flush):
        yield


@pytest.fixture(autouse=True)
def _nothing_drawn_before() -> Iterator[None]:
    """Pages may show the setting of a place as it was a minute ago: not that of another test."""
    yield
    caches["fragments"].clear()
