"""Twenty desks appoint a head of one grid at the same moment on a live server: one stays, the others read why.

With the constraint off, all of them stay: what holds them back is the database and not luck.
"""

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.territory.models import Territory
from tests.grids.roles.factories import PersonFactory, make_staff
from tests.grids.territory.factories import DistrictFactory, GridFactory
from tests.portal_server import PortalServer

MANY = 20
TOKEN = "h" * 32
CONSTRAINT = "one_grid_head_at_a_time"
WHY = "这个网格在这段时间已经有网格长了"


@pytest.fixture(scope="module")
def cookie(fresh_portal: PortalServer) -> str:
    """The session of the security administrator, open on many desks."""
    with fresh_portal.database():
        session = fresh_portal.session_cookie(make_staff(Role.SECURITY_ADMINISTRATOR, DistrictFactory()))
    return f"{session['name']}={session['value']}; csrftoken={TOKEN}"


@pytest.fixture
def unguarded(fresh_portal: PortalServer) -> Iterator[None]:
    """The portal without the constraint."""
    constraint = next(one for one in Appointment._meta.constraints if one.name == CONSTRAINT)
    with fresh_portal.database(), connection.schema_editor() as editor:
        editor.remove_constraint(Appointment, constraint)
    yield
    with fresh_portal.database():
        Appointment.objects.filter(role=Role.GRID_HEAD).delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, constraint)


def appoint_all_at_once(portal: PortalServer, cookie: str) -> tuple[Territory, list[tuple[int, str]]]:
    """The grid, and status and page that each desk gets; each names somebody else."""
    with portal.database():
        grid = GridFactory()
        people = [PersonFactory().pk for _ in range(MANY)]
    gate = Barrier(MANY)

    def appoint(person: int) -> tuple[int, str]:
        server = http.client.HTTPConnection(urlsplit(portal.url).netloc, timeout=60)
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Referer": portal.url}
        form = {"user": person, "role": Role.GRID_HEAD.value, "territory": grid.pk}
        form |= {"starts_on": timezone.localdate().isoformat(), "csrfmiddlewaretoken": TOKEN}
        gate.wait(timeout=30)
        server.request("POST", "/admin/grids/appointment/add/", urlencode(form), headers)
        answer = server.getresponse()
        page = answer.read().decode()
        server.close()
        return answer.status, page

    with ThreadPoolExecutor(MANY) as pool:
        return grid, list(pool.map(appoint, people))


def heads(portal: PortalServer, grid: Territory) -> int:
    with portal.database():
        return Appointment.objects.in_force().filter(territory=grid, role=Role.GRID_HEAD).count()


def test_one_head_stays_and_the_others_read_why(fresh_portal: PortalServer, cookie: str) -> None:
    grid, answers = appoint_all_at_once(fresh_portal, cookie)

    assert sum(status == 302 for status, _page in answers) == 1
    assert all(status == 302 or WHY in page for status, page in answers)
    assert heads(fresh_portal, grid) == 1


@pytest.mark.usefixtures("unguarded")
def test_without_the_constraint_a_grid_gets_many_heads(fresh_portal: PortalServer, cookie: str) -> None:
    grid, answers = appoint_all_at_once(fresh_portal, cookie)

    assert sum(status == 302 for status, _page in answers) > 1
    assert heads(fresh_portal, grid) > 1
