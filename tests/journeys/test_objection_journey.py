"""A dispatch objection in a real browser: the grid head objects and goes on being responsible, the secretary decides,
the colleague who is asked accepts. Without JavaScript on a phone, and with it on a desktop."""

from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText
from tests.browser import DESKTOP, PHONE, OpenPage, assert_no_axe_violations
from tests.portal_server import PortalServer, wait_for
from tests.wishes.wishes.factories import Cast, make_cast, posted
from wishes.wishes.models import Wish


@dataclass(frozen=True)
class Staff:
    """Who settles it, with their sessions."""

    cast: Cast
    cookies: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def staff(fresh_portal: PortalServer) -> Staff:
    with fresh_portal.database():
        cast = make_cast()
        people = {name: getattr(cast, name) for name in ("grid_head", "worker", "secretary", "author")}
        for person in people.values():
            give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
        return Staff(cast, {name: fresh_portal.session_cookie(person) for name, person in people.items()})


@pytest.fixture
def number(fresh_portal: PortalServer, staff: Staff) -> str:
    """A wish sent to the grid head."""
    with fresh_portal.database():
        return posted(staff.cast, at=timezone.now()).number


@pytest.mark.parametrize("javascript", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_the_first_recipient_stays_responsible_until_another_has_accepted(
    javascript: bool, fresh_portal: PortalServer, open_page: OpenPage, staff: Staff, number: str
) -> None:
    size = DESKTOP if javascript else PHONE

    def opened(name: str) -> Page:
        return open_page(fresh_portal.url, cookies=[staff.cookies[name]], size=size, javascript=javascript)

    def look(page: Page) -> None:
        page.locator("h1").first.wait_for()  # a link may have been followed just before
        assert page.locator("h1").count() == 1
        if javascript:
            assert_no_axe_violations(page)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url

    def responsible() -> int | None:
        with fresh_portal.database():
            return Wish.objects.values_list("responsible", flat=True).get(number=number)

    head, secretary, worker, author = (opened(name) for name in ("grid_head", "secretary", "worker", "author"))
    head.goto(f"/wishes/{number}/object/")
    _press(head, "提出派单异议")
    assert head.title().startswith("错误：")
    head.get_by_label("为什么不该派到这里").fill("水管在墙外，归社区维修队。")
    look(head)
    _press(head, "提出派单异议")
    assert "等上一级来定由谁办" in head.content()
    look(head)
    assert responsible() == staff.cast.grid_head.pk

    wait_for(lambda: secretary.goto("/messages/") and "有一件派单异议等您定" in secretary.content(), "the notice")
    secretary.goto("/wishes/decisions/")
    look(secretary)
    secretary.get_by_role("link", name="裁定").first.click()
    secretary.locator(f"input[name=to][value='{staff.cast.worker.pk}']").check()
    secretary.get_by_label("为什么这样定").fill("社区维修队来办。")
    look(secretary)
    _press(secretary, "就这样定")
    assert responsible() == staff.cast.grid_head.pk

    worker.goto("/wishes/decisions/")
    worker.get_by_role("link", name="我接下来").first.click()
    look(worker)
    _press(worker, "我接下来")
    assert "现在由您负责" in worker.content()
    assert responsible() == staff.cast.worker.pk
    wait_for(lambda: author.goto("/messages/") and "换了一位同志负责您的心愿" in author.content(), "the notice")


def _press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).first.click()
