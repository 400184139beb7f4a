"""What every test may ask for: a whole running portal, and a browser."""

import gc
from collections.abc import Iterator

import pytest
from django.core.cache import caches

pytest_plugins = ["tests.portal_server", "tests.browser", "tests.concurrency.recovery"]


def pytest_collection_finish() -> None:
    """What was loaded for the tests stays: looking through all of it for circles again and again took a sixth of the
    time of the permission table."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _nothing_drawn_before() -> Iterator[None]:
    """Pages may show the setting of a place as it was a minute ago: not that of another test."""
    yield
    caches["fragments"].clear()
