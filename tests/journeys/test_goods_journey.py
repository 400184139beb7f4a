"""Goods met by several claims in a real browser: two volunteers and a canteen take parts, one gives up, all is done."""

from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from grids.bodies.domain import BodyKind
from grids.roles.domain import Role
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText, User
from tests.browser import DESKTOP, PHONE, OpenPage, assert_no_axe_violations
from tests.grids.bodies.factories import make_body
from tests.grids.roles.factories import AppointmentFactory, PersonFactory
from tests.portal.accounts.factories import enter
from tests.portal_server import PortalServer
from tests.wishes.wishes.factories import goods, make_cast
from wishes.wishes.domain import State
from wishes.wishes.models import Wish


@dataclass(frozen=True)
class Scene:
    """The wish, and who is signed in."""

    number: str
    cookies: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def scene(portal_server: PortalServer) -> Scene:
    with portal_server.database():
        cast = make_cast()
        wish = goods(cast, quantity=100, at=timezone.now(), title="一百斤青菜没人卖")
        second: User = PersonFactory(display_name="雪儿")
        AppointmentFactory(user=second, role=Role.VOLUNTEER, territory=cast.community)
        _body, steward = make_body(BodyKind.TEAM, cast.community, name="小学食堂")
        people = {"author": cast.author, "first": cast.volunteer, "second": second, "steward": steward}
        for person in people.values():
            give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
        return Scene(wish.number, {name: _cookie(enter(Client(), person)) for name, person in people.items()})


def _cookie(client: Client) -> dict[str, str]:
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


def _press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).first.click()


def _look(page: Page) -> None:
    assert_no_axe_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def _claim(page: Page, scene: Scene, quantity: str) -> None:
    page.goto(f"/wishes/{scene.number}/claim/")
    page.get_by_label("您认领多少").fill(quantity)
    _press(page, "我来帮")


def _fulfil(page: Page, scene: Scene) -> None:
    page.goto(f"/wishes/{scene.number}/fulfil/")
    page.get_by_label("办得怎么样").fill("拉走了，当面过秤。")
    _press(page, "办好了")


def test_parts_are_taken_given_up_and_done_by_several(
    portal_server: PortalServer, open_page: OpenPage, scene: Scene
) -> None:
    def opened(name: str, size: tuple[int, int] = PHONE) -> Page:
        return open_page(portal_server.url, cookies=[scene.cookies[name]], size=size)

    first, second, steward = opened("first"), opened("second", DESKTOP), opened("steward")
    author = opened("author")

    _claim(first, scene, "60")
    assert "60" in first.locator(".numeral").first.inner_text()
    assert "还差 40 斤" in first.content()
    _look(first)
    _claim(second, scene, "50")
    assert "现在只差 40 斤" in second.content()
    assert second.get_by_label("您认领多少").input_value() == "50", "nothing typed is lost"
    _look(second)
    second.get_by_label("您认领多少").fill("30")
    _press(second, "我来帮")

    steward.goto(f"/wishes/{scene.number}/claim/")
    assert steward.get_by_label("小学食堂").is_checked()
    _look(steward)
    _press(steward, "我来帮")
    assert "小学食堂" in steward.content()

    second.goto(f"/wishes/{scene.number}/give-up/")
    second.get_by_label("为什么帮不了了").fill("车坏了")
    _press(second, "放弃认领")
    assert "还差 30 斤" in second.content()

    _fulfil(first, scene)
    author.goto(f"/wishes/{scene.number}/enough/")
    author.get_by_label("为什么够了").fill("剩下的自家留着吃。")
    _press(author, "够了")
    _look(author)
    _fulfil(steward, scene)

    author.goto(f"/wishes/{scene.number}/")
    assert "小学食堂" in author.content()
    assert author.get_by_role("link", name="确认并评价").count() == 1
    _look(author)
    with portal_server.database():
        wish = Wish.objects.get(number=scene.number)
        assert (wish.state, wish.claimed_quantity) == (State.FULFILLED, 70)
