"""A cadre's day at the desk in a real browser: many wishes at once, chosen by hand or by key, each with its result."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import FilePayload, Page

from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText
from portal.photos.domain import Size
from tests.browser import DESKTOP, PHONE, OpenPage, assert_no_axe_violations
from tests.grids.roles.factories import make_resident
from tests.portal.accounts.factories import enter_as_staff
from tests.portal_server import PortalServer
from tests.wishes.desk.factories import spoken_wish, spreadsheet
from tests.wishes.desk.test_redaction import is_red, with_photo
from tests.wishes.wishes.factories import Cast, make_cast, moderated, posted
from wishes.wishes.models import Wish


@dataclass(frozen=True)
class Desk:
    """The people of the place, and the cadre's session."""

    cast: Cast
    cookie: dict[str, str]


@pytest.fixture(scope="module")
def desk(fresh_portal: PortalServer) -> Desk:
    with fresh_portal.database():
        cast = make_cast()
        give_consent(actor=cast.worker, user=cast.worker, kind=ConsentText.Kind.PRIVACY)
        client = enter_as_staff(Client(), cast.worker)
        name = settings.SESSION_COOKIE_NAME
        return Desk(cast, {"name": name, "value": client.cookies[name].value})


def look(page: Page, name: str) -> None:
    """The page is sound at its width; with WUWEI_PICTURES it is also kept as a picture."""
    assert_no_axe_violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    folder = os.environ.get("WUWEI_PICTURES")
    if folder and page.viewport_size:
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_many_at_once_by_hand(
    size: tuple[int, int], desk: Desk, fresh_portal: PortalServer, open_page: OpenPage
) -> None:
    with fresh_portal.database():
        wishes = [
            moderated(
                desk.cast, author=make_resident(desk.cast.community), title=f"{size[0]} 第{n}件", at=timezone.now()
            )
            for n in range(3)
        ]
        posted(desk.cast, author=make_resident(desk.cast.community), title=f"{size[0]} 已公开", at=timezone.now())
    page = open_page(fresh_portal.url, cookies=[desk.cookie], size=size)
    page.goto(f"/wishes/desk/?q={size[0]}")
    look(page, "desk")
    for wish in wishes[:2]:
        page.get_by_label(f"勾选“{wish.title}”").check()
    page.get_by_label(f"勾选“{size[0]} 已公开”").check()
    assert page.get_by_text("勾选了 3 件").is_visible()
    page.get_by_label("办什么").select_option("publish")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("heading", name="受理并公开：3 件").wait_for()
    look(page, "bulk")
    page.get_by_role("button", name="确定，受理并公开").last.click()
    page.get_by_role("heading", name="2 件办好了").wait_for()
    look(page, "bulk-run")
    with fresh_portal.database():
        states = [Wish.objects.get(pk=wish.pk).state for wish in wishes]
    assert states == ["published", "published", "submitted"]


def test_by_key(desk: Desk, fresh_portal: PortalServer, open_page: OpenPage) -> None:
    with fresh_portal.database():
        wish = posted(desk.cast, author=make_resident(desk.cast.community), title="按键来办", at=timezone.now())
    page = open_page(fresh_portal.url, cookies=[desk.cookie], size=DESKTOP)
    page.goto("/wishes/desk/?q=按键来办")
    box = page.get_by_label("勾选“按键来办”")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert box.is_checked()
    page.keyboard.press("?")
    assert page.get_by_text("打开或收起这张表").is_visible()
    page.locator("#id_q").focus()
    page.keyboard.press("x")
    assert box.is_checked(), "typing chooses nothing"
    page.get_by_label("使用这些键").uncheck()
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert not box.is_checked(), "switched off, and remembered"
    page.get_by_text("键盘").click()
    page.get_by_label("使用这些键").check()
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{wish.get_absolute_url()}")


def test_wishes_from_paper(desk: Desk, fresh_portal: PortalServer, open_page: OpenPage) -> None:
    """A file with a mistake is looked over, what is right is entered with progress, and shows with its number."""
    good = spoken_wish(desk.cast, title="想请人换个灯泡", slip="纸-1")
    content = spreadsheet(good, spoken_wish(desk.cast, title="没写清的", category="飞天"))
    file: FilePayload = {"name": "代录.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    page = open_page(fresh_portal.url, cookies=[desk.cookie], size=PHONE)
    page.goto("/wishes/desk/entry/")
    look(page, "entry")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="上传，先看一遍").click()
    page.get_by_role("heading", name="先看一遍，还没有录入").wait_for()
    assert page.get_by_text("没有“飞天”这一类。").is_visible()
    look(page, "entry-checked")
    page.get_by_role("button", name="录入这 1 行").click()
    page.get_by_role("link", name="看结果").click(timeout=40_000)
    page.get_by_role("link", name="想请人换个灯泡").wait_for()
    look(page, "entry-done")
    with fresh_portal.database():
        assert Wish.objects.get(title="想请人换个灯泡").entered_by == desk.cast.worker
    page.goto("/wishes/desk/export/?show=unclaimed")
    look(page, "export")
    page.get_by_role("button", name="开始导出").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载", exact=True).click(timeout=40_000)
    assert download.value.suggested_filename.endswith(".xlsx")


def test_a_face_is_framed_and_covered(desk: Desk, fresh_portal: PortalServer, open_page: OpenPage) -> None:
    with fresh_portal.database():
        shown = with_photo(posted(desk.cast, author=make_resident(desk.cast.community), at=timezone.now()))
    page = open_page(fresh_portal.url, cookies=[desk.cookie], size=DESKTOP)
    page.goto(f"/wishes/desk/photos/{shown.wish.number}/{shown.pk}/")
    area = page.locator(".cover").bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + area["width"] * 0.25, area["y"] + area["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.5, area["y"] + area["height"] * 0.5, steps=4)
    page.mouse.up()
    assert page.locator("input[name=square]:checked").count() == 0, "drawing ticks nothing"
    page.locator("input[name=square]").nth(0).check()
    look(page, "cover")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    look(page, "cover")
    page.get_by_role("button", name="遮上", exact=True).click()
    page.get_by_text("原来的照片已经删掉").wait_for()
    look(page, "covered")
    with fresh_portal.database():
        first = shown.photo
        shown.refresh_from_db()
        assert shown.photo.redacted_at is not None
        assert not first.folder.exists()
        assert not is_red(shown.photo.path(Size.LARGE))
