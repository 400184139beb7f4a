"""The neighbourhood in which things break."""

from datetime import time as clock_time

import pytest

from portal.notifications.models import QuietHours
from tests.concurrency.callers import agree
from tests.portal_server import PortalServer
from tests.wishes.wishes.factories import Cast, make_cast


@pytest.fixture(scope="module")
def cast(portal_server: PortalServer) -> Cast:
    """A neighbourhood whose author may be told at any hour."""
    with portal_server.database():
        cast = make_cast()
        for person in (cast.author, cast.volunteer):
            agree(person)
        QuietHours.objects.create(user=cast.author, starts=clock_time(0), ends=clock_time(0))
    return cast
