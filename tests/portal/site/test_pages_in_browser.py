"""The frame of every page in Chromium: nothing for axe to say, nothing to scroll sideways, targets a thumb can hit."""

from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from grids.roles.models import Appointment, Residency
from tests.browser import PHONE, OpenPage, assert_no_axe_violations, until
from tests.portal.site.factories import signed_in
from tests.portal_server import PortalServer
from tests.wishes.wishes.factories import claimed, make_cast, posted

NARROW = (320, 640)
VISITOR = ("/", "/secretary/", "/no/such/page/")


@dataclass(frozen=True)
class People:
    """Cookies of somebody in each kind of role."""

    resident: dict[str, str]
    cadre: dict[str, str]


@pytest.fixture(scope="module")
def people(portal_server: PortalServer) -> People:
    with portal_server.database():
        cast = make_cast()
        Residency.objects.filter(user=cast.author).update(building=cast.grid)
        Appointment.objects.filter(user__in=[cast.secretary, cast.grid_head]).update(public_phone="025-8651 2345")
        claimed(cast)
        posted(cast, author=cast.volunteer, title="住院期间 7000 斤青菜没人卖，想请附近食堂帮忙买一些")
        return People(*(_cookie(signed_in(user)) for user in (cast.author, cast.worker)))


def _cookie(client: Client) -> dict[str, str]:
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


def in_elder_mode(page: Page) -> None:
    page.goto("/about/")
    page.locator("button[name=elder]:visible").click()
    page.locator("html[data-elder]").wait_for(state="attached")


def assert_sound(page: Page) -> None:
    """Nothing for axe, no sideways scrolling, every control large enough."""
    assert_no_axe_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"
    elder = page.locator("html[data-elder]").count()
    small = page.evaluate(
        """smallest => [...document.querySelectorAll('main .button, main .pill, .tabbar a, .header-end button')]
            .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < smallest)
            .map(e => e.textContent.trim())""",
        (60 if elder else 44) if page.viewport_size and page.viewport_size["width"] < 1000 else 24,
    )
    assert small == [], f"too small on {page.url}"


@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
@pytest.mark.parametrize("size", [PHONE, NARROW], ids=["phone", "narrow"])
def test_pages_of_a_visitor(
    open_page: OpenPage, portal_server: PortalServer, people: People, size: tuple[int, int], elder: bool
) -> None:
    page = open_page(portal_server.url, size=size)
    if elder:
        in_elder_mode(page)
    for address in VISITOR:
        page.goto(address)
        assert_sound(page)


@pytest.mark.parametrize("elder", [False, True], ids=["standard", "elder"])
@pytest.mark.parametrize("role", ["resident", "cadre"])
def test_the_home_of_each_role(
    open_page: OpenPage, portal_server: PortalServer, people: People, role: str, elder: bool
) -> None:
    page = open_page(portal_server.url, cookies=[getattr(people, role)])
    if elder:
        in_elder_mode(page)
    page.goto("/")
    assert_sound(page)
    if elder:  # the choice is the account's, and the next test starts from the other
        page.locator("button[name=elder]:visible").click()


def test_type_in_elder_mode_is_large(open_page: OpenPage, portal_server: PortalServer, people: People) -> None:
    page = open_page(portal_server.url)
    in_elder_mode(page)
    measured = page.evaluate(
        """() => { const of = s => parseFloat(getComputedStyle(document.querySelector(s)).fontSize);
                   return [of('body'), of('h1'), of('main p')]; }"""
    )
    assert measured == [24, 34, 24]


def test_the_keyboard_reaches_the_text_first_and_shows_where_it_is(
    open_page: OpenPage, portal_server: PortalServer, people: People
) -> None:
    page = open_page(portal_server.url)
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'main'")


def test_the_error_summary_has_the_focus(open_page: OpenPage, portal_server: PortalServer) -> None:
    page = open_page(portal_server.url)
    page.goto("/accounts/login/")
    page.locator("main .button.primary").click()
    # The browser moves the focus when it draws the page, which may be after it is there.
    until(page, "document.activeElement.className === 'error-summary'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.name === 'phone'")


@pytest.mark.parametrize("path", ["/", "/wishes/map/"])
def test_a_first_visit_loads_little(
    open_page: OpenPage, portal_server: PortalServer, people: People, path: str
) -> None:
    """Under 200 KB on the wire, everything counted (docs/design.md); the map with its script and outlines, too."""
    page = open_page(portal_server.url)
    page.goto(path, wait_until="networkidle")
    weight = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".reduce((sum, entry) => sum + entry.transferSize, 0)"
    )
    assert 0 < weight < 200_000


def test_without_javascript_every_preference_still_works(
    open_page: OpenPage, portal_server: PortalServer, people: People
) -> None:
    page = open_page(portal_server.url, javascript=False)
    page.goto("/")
    page.locator("button[name=elder]:visible").click()
    assert page.locator("html[data-elder]").count() == 1
    page.get_by_role("button", name="繁體中文").click()
    assert page.locator("html[lang=zh-hant]").count() == 1


def test_a_slip_is_printed_without_the_navigation(
    open_page: OpenPage, portal_server: PortalServer, people: People
) -> None:
    page = open_page(portal_server.url)
    page.goto("/secretary/")
    page.emulate_media(media="print")
    assert not page.is_visible(".tabbar")
    assert not page.is_visible(".footer")
    assert page.is_visible("h1")
