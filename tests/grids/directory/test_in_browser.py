"""The pages of grids in a real browser: the position, the maps, the drawing of a boundary; nothing for axe to find."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from grids.roles.domain import Role
from grids.territory.browsing import forget_starting_places
from grids.territory.models import Grid, Territory
from tests.browser import DESKTOP, OpenPage, assert_no_axe_violations, until
from tests.grids.roles.factories import AppointmentFactory, make_staff
from tests.grids.territory.factories import BuildingFactory, DistrictFactory, GridFactory, square
from tests.portal.accounts.factories import enter_as_staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def grid() -> Territory:
    """A drawn grid with a neighbour, a head, a building whose name is hostile."""
    forget_starting_places()
    grid: Territory = GridFactory(name="第 003 网格", boundary=square(118.7, 32.0), supervision_phone="025-8651 0001")
    GridFactory(name="<img src=x onerror=alert(1)>", boundary=square(118.702, 32.0))
    BuildingFactory(grid=grid, name="<script>alert(1)</script>", longitude=118.701, latitude=32.001)
    AppointmentFactory(role=Role.GRID_HEAD, territory=grid, public_phone="025-8651 2345")
    return grid


def session(client: Client) -> list[dict[str, str]]:
    return [{"name": "sessionid", "value": client.cookies["sessionid"].value}]


@pytest.mark.parametrize("more", [{}, {"elder": True}, {"javascript": False}])
def test_finding_and_reading_a_grid(
    grid: Territory, live_server: LiveServer, open_page: OpenPage, more: dict[str, Any]
) -> None:
    elder, javascript = more.get("elder", False), more.get("javascript", True)
    page = open_page(
        live_server.url,
        javascript=javascript,
        cookies=[{"name": "elder", "value": "1"}] if elder else None,
        geolocation={"longitude": 118.701, "latitude": 32.001},
        permissions=["geolocation"],
    )
    page.goto(reverse("grid_finder"))
    if javascript:
        assert_no_axe_violations(page)
        page.get_by_role("button", name="用我现在的位置找").click()
    else:
        assert page.get_by_role("button", name="用我现在的位置找").count() == 0
        page.get_by_label("社区、街道或网格的名字").fill("第003网格")
        page.get_by_role("button", name="找").click()
        page.get_by_role("link", name="第 003 网格").first.click()
    page.wait_for_url(f"**{reverse('grid_page', args=[grid.code])}")
    assert page.get_by_role("heading", level=1).inner_text() == "第 003 网格"
    assert page.locator(".map svg path").count() == (3 if javascript else 0)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if javascript else True
    if javascript:
        assert_no_axe_violations(page)


def test_a_refused_position_says_what_to_do(grid: Territory, live_server: LiveServer, open_page: OpenPage) -> None:
    page = open_page(live_server.url)
    page.goto(reverse("grid_finder"))
    page.get_by_role("button", name="用我现在的位置找").click()
    page.get_by_text("没有拿到位置").wait_for()


def test_a_boundary_is_drawn_on_the_map(grid: Territory, live_server: LiveServer, open_page: OpenPage) -> None:
    administrator = enter_as_staff(Client(), make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory()))
    undrawn = Grid.objects.get(territory=GridFactory())
    page = open_page(live_server.url, size=(DESKTOP[0], 1400), cookies=session(administrator))
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto(reverse("admin:grids_grid_change", args=[undrawn.pk]))
    page.locator(".leaflet-pm-icon-rectangle").click()
    place = page.locator(".boundary-map").bounding_box()
    assert place is not None
    for across, down in ((0.1, 0.02), (0.2, 0.12)):
        x, y = place["x"] + place["width"] * across, place["y"] + place["height"] * down
        page.mouse.move(x, y)
        page.mouse.click(x, y)
    until(page, "document.getElementById('id_boundary').value !== ''")
    page.locator("[name=_continue]").click()
    page.wait_for_load_state()
    undrawn.refresh_from_db()
    drawn = Territory.objects.get(pk=undrawn.territory_id).boundary
    assert drawn is not None, page.locator(".errorlist").all_inner_texts()
    assert drawn["type"] == "Polygon"
    page.locator(".control-icon.leaflet-pm-icon-delete").click()
    page.locator(".boundary-map path[stroke='#b3261e']").click()
    until(page, "document.getElementById('id_boundary').value === ''")
