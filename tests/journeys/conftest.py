"""The tab that goes from page to page, one for each file of the tour."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.tour import Tour
from tests.portal_server import PortalServer


@pytest.fixture(scope="module")
def guide(browser: Browser, fresh_portal: PortalServer) -> Iterator[Tour]:
    """The tour in standard mode."""
    found = Tour(browser, fresh_portal)
    yield found
    found.context.close()
