"""The whole way of a wish in a real browser: signing up, posting with a photo, help, and stars; each step told to those
it concerns by the worker. With JavaScript, without it, and in elder mode on a phone."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import FilePayload, Page

from grids.roles.domain import Role
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText, User
from portal.photos.models import Photo, PhotoState
from tests.browser import DESKTOP, PHONE, OpenPage, assert_no_axe_violations
from tests.grids.roles.factories import AppointmentFactory, PersonFactory, make_staff
from tests.grids.territory.factories import CommunityFactory, GridFactory
from tests.portal.accounts.factories import enter, enter_as_staff
from tests.portal.photos.corpus import jpeg_from_a_phone
from tests.portal_server import PortalServer, wait_for
from wishes.wishes.domain import Urgency
from wishes.wishes.models import Category, Wish

TITLE = "厨房水管漏水，想请人看看"
PHOTO: FilePayload = {"name": "漏水.jpg", "mimeType": "image/jpeg", "buffer": jpeg_from_a_phone()}


@dataclass(frozen=True)
class Mode:
    """How somebody meets the portal."""

    phone: str
    javascript: bool
    elder: bool = False
    size: tuple[int, int] = PHONE


MODES = {
    "without JavaScript": Mode("13812340001", javascript=False),
    "with JavaScript": Mode("13812340002", javascript=True, size=DESKTOP),
    "in elder mode": Mode("13812340003", javascript=True, elder=True),
}


@dataclass(frozen=True)
class Neighbours:
    """Sessions of the volunteer and the cadre, and where they are."""

    community: str
    volunteer: dict[str, str]
    cadre: dict[str, str]


@pytest.fixture(scope="module")
def neighbours(portal_server: PortalServer) -> Neighbours:
    with portal_server.database():
        community = CommunityFactory()
        grid = GridFactory(community=community)
        volunteer: User = PersonFactory(legal_name="李建军", display_name="李师傅")
        AppointmentFactory(user=volunteer, role=Role.VOLUNTEER, territory=community)
        cadre = make_staff(Role.COMMUNITY_WORKER, community, legal_name="周敏")
        make_staff(Role.GRID_HEAD, grid, legal_name="陈晓明")
        Category.objects.get_or_create(
            code="journey-repairs", defaults={"name": "水电小修", "urgency": Urgency.WEEK, "hint": "水管、灯泡、门锁"}
        )
        for person in (volunteer, cadre):
            give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
        return Neighbours(
            community=community.name,
            volunteer=_cookie(enter(Client(), volunteer)),
            cadre=_cookie(enter_as_staff(Client(), cadre)),
        )


def _cookie(client: Client) -> dict[str, str]:
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_from_a_phone_number_to_stars(
    mode: Mode, portal_server: PortalServer, open_page: OpenPage, neighbours: Neighbours
) -> None:
    def opened(*cookies: dict[str, str]) -> Page:
        size: dict[str, Any] = {"size": mode.size, "javascript": mode.javascript}
        return open_page(portal_server.url, cookies=list(cookies), **size)

    resident, volunteer, cadre = opened(), opened(neighbours.volunteer), opened(neighbours.cadre)
    _sign_up(resident, mode, portal_server)
    _ask_residency(resident, mode, neighbours.community)
    _confirm_residency(cadre, mode)
    number = _post_a_wish(resident, mode)
    _see_processed_photo(resident, mode, number, portal_server)
    _told(resident, "您的心愿收到了")

    _claim(volunteer, mode, number)
    _told(resident, "有人来帮您了")
    _fulfil(cadre, mode, number)
    _told(resident, "看看办好了没有")
    _rate(resident, mode, number)
    _told(volunteer, "居民给您打了星")

    with portal_server.database():
        wish = Wish.objects.get(number=number)
        assert (wish.state, wish.end) == ("closed", "fulfilled")
        rating = wish.ratings.get()
        assert (rating.speed, rating.attitude, rating.result) == (5, 5, 4)


def _press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).first.click()


def _follow(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=words).first.click()


def _look(page: Page, mode: Mode) -> None:
    """What a person sees must be sound on each page they come to; axe itself needs JavaScript."""
    assert page.locator("h1").count() == 1
    if mode.javascript:
        assert_no_axe_violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def _told(page: Page, words: str) -> None:
    """The worker has put the notice into the inbox."""
    wait_for(lambda: page.goto("/messages/") and words in page.content(), f"the notice {words}")


def _sign_up(page: Page, mode: Mode, server: PortalServer) -> None:
    page.goto("/")
    if mode.elder:
        _press(page, "长辈版")
        assert page.locator("html[data-elder]").count() == 1
    page.goto("/wishes/new/")
    page.get_by_label("手机号").fill(f"{mode.phone[:3]} {mode.phone[3:7]} {mode.phone[7:]}")
    _look(page, mode)
    _press(page, "发验证码")
    page.get_by_label("验证码").fill(server.phone_code(mode.phone))
    _press(page, "继续")
    page.get_by_label("您的姓名").fill("王桂兰")
    page.get_by_label("邻居怎么称呼您").fill("王阿姨")
    page.get_by_label("我已满14周岁").check()
    page.get_by_label("我看过并同意").check()
    _press(page, "好了，进去看看")
    # Signing up on the way to a wish leads on to the wish.
    assert page.url.endswith("/wishes/new/")
    _look(page, mode)


def _ask_residency(page: Page, mode: Mode, community: str) -> None:
    page.goto("/grids/residency/new/?q=洲岛")
    _follow(page, community)
    page.locator("select[name=building]").select_option(index=1)
    page.get_by_label("门牌号").fill("5 栋 2 单元 302 室")
    _look(page, mode)
    _press(page, "请社区确认")


def _confirm_residency(page: Page, mode: Mode) -> None:
    page.goto("/grids/residency/requests/")
    _follow(page, "王")
    page.get_by_label("确认，住在这里").check()
    page.get_by_label("理由").fill("上门核对过")
    _press(page, "答复居民")


def _post_a_wish(page: Page, mode: Mode) -> str:
    page.goto("/wishes/new/")
    page.get_by_role("radio").nth(1).check()
    page.get_by_label("大概在什么地方").fill("洲岛家园北门附近")
    _press(page, "继续")
    page.get_by_label("水电小修").check()
    _look(page, mode)
    _press(page, "继续")
    # The photo is kept although the title was forgotten.
    page.locator("input[name=photos]").set_input_files(PHOTO)
    _press(page, "继续")
    assert page.title().startswith("错误：")
    assert page.locator("#photos li").count() == 1
    _look(page, mode)
    page.get_by_label("用一句话说").fill(TITLE)
    _press(page, "继续")
    if "/similar/" in page.url:
        _look(page, mode)
        _press(page, "都不是，继续许愿")
    page.get_by_label("详细地址").fill("5 栋 2 单元 302 室")
    _look(page, mode)
    _press(page, "继续")
    assert TITLE in page.content()
    _look(page, mode)
    page.get_by_label("我同意把上面标明").check()
    _press(page, "许下这个心愿")
    assert page.get_by_role("heading", name="心愿收到了").count() == 1
    _look(page, mode)
    number = page.locator(".number-plate").inner_text().strip()
    # The confirmation can be opened again.
    page.goto(f"/wishes/{number}/posted/")
    assert number in page.content()
    return number


def _see_processed_photo(page: Page, mode: Mode, number: str, server: PortalServer) -> None:
    with server.database():
        photo = Wish.objects.get(number=number).photos.get().photo

    def ready() -> bool:
        with server.database():
            return Photo.objects.get(pk=photo.pk).state == PhotoState.READY

    wait_for(ready, "the clean copies of the photo")
    page.goto(f"/wishes/{number}/")
    assert page.request.get(photo.medium_url).headers["content-type"] == "image/webp"
    assert page.locator(f"img[src='{photo.medium_url}']").count() == 1
    _look(page, mode)


def _claim(page: Page, mode: Mode, number: str) -> None:
    page.goto(f"/wishes/{number}/")
    assert "302" not in page.content()
    _follow(page, "我来帮")
    page.get_by_label("想对许愿人说什么").fill("我下午来看看。")
    _look(page, mode)
    _press(page, "我来帮")
    assert "许愿人已经知道" in page.content()
    _follow(page, "查看联系方式")
    page.get_by_label("为什么要看").fill("约上门时间")
    _press(page, "查看联系方式")
    assert "302" in page.content()
    _look(page, mode)


def _fulfil(page: Page, mode: Mode, number: str) -> None:
    page.goto("/wishes/desk/?show=")
    page.get_by_role("link", name=TITLE).first.wait_for()
    _look(page, mode)
    page.goto(f"/wishes/{number}/")
    _follow(page, "已经办好")
    page.get_by_label("办得怎么样").fill("换了垫圈，不漏了。")
    page.locator("input[name=photos]").set_input_files(PHOTO)
    _look(page, mode)
    _press(page, "办好了")
    assert "已经请许愿人确认" in page.content()


def _rate(page: Page, mode: Mode, number: str) -> None:
    page.goto(f"/wishes/{number}/")
    _follow(page, "确认并评价")
    for name, mark in (("speed", 5), ("attitude", 5), ("result", 4)):
        page.locator(f"input[name={name}][value='{mark}']").check()
    page.get_by_label("还想说什么").fill("李师傅真热心。")
    _look(page, mode)
    _press(page, "确认办好，送出评价")
    assert "心愿实现了" in page.content()
    assert page.get_by_text("4 星").count() >= 1
    _look(page, mode)
