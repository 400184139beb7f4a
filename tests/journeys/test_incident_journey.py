"""A grid member's round on a phone: one thing solved on the spot, another passed up and verified by somebody else."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page

from grids.incidents.domain import State
from grids.incidents.models import Incident
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText
from tests.browser import PHONE, OpenPage, assert_no_axe_violations
from tests.grids.incidents.factories import Round, make_round
from tests.portal_server import PortalServer, wait_for


@pytest.fixture
def people(fresh_portal: PortalServer) -> Round:
    with fresh_portal.database():
        found = make_round()
        for person in (found.member, found.grid_head, found.worker):
            give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
        return found


def picture(colour: str) -> dict[str, object]:
    """A photo as the phone's camera gives it."""
    content = BytesIO()
    Image.new("RGB", (800, 600), colour).save(content, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def _press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).first.click()


def _follow(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=words, exact=True).first.click()


def _no_wider_than_the_phone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_a_round_with_two_incidents(fresh_portal: PortalServer, people: Round, open_page: OpenPage) -> None:
    with fresh_portal.database():
        cookies = {
            name: [fresh_portal.session_cookie(getattr(people, name))] for name in ("member", "grid_head", "worker")
        }
    here = {"longitude": 118.691, "latitude": 32.001}
    member = open_page(
        fresh_portal.url, cookies=cookies["member"], size=PHONE, geolocation=here, permissions=["geolocation"]
    )

    # One thing is solved on the spot, in one step, with a photo before and after.
    member.goto("/grids/incidents/report/")
    assert_no_axe_violations(member)
    member.locator("input[name=camera]").set_input_files(picture("red"))  # type: ignore[arg-type]
    member.get_by_label("是什么事").select_option(people.category.code)
    member.get_by_role("button", name="就在我站的地方").click()
    member.get_by_text("位置记下了").wait_for()
    member.get_by_text("已经当场处理好了？").click()
    member.get_by_label("我已经当场处理好了").check()
    member.locator("input[name=camera_after]").set_input_files(picture("green"))  # type: ignore[arg-type]
    _no_wider_than_the_phone(member)
    _press(member, "上报")
    assert "等核查" in member.content()
    assert member.get_by_role("link", name="核查通过").count() == 0

    # Another is too much for the grid: it is passed up, and the community handles it.
    member.goto("/grids/incidents/report/")
    member.get_by_label("是什么事").select_option(people.category.code)
    member.get_by_label("说一句情况").fill("一棵树倒在路上")
    _press(member, "上报")
    heavy = member.url
    member.get_by_text("其他办法").click()
    _follow(member, "上报上一级")
    member.get_by_label("为什么这里办不了").fill("要吊车")
    _press(member, "上报")
    worker = open_page(fresh_portal.url, cookies=cookies["worker"], size=PHONE, javascript=False)
    wait_for(lambda: worker.goto("/messages/") and "有一件事等您处置" in worker.content(), "the community is told")
    worker.goto(heavy)
    assert "要吊车" in worker.content()
    for step in ("我来处置", "办好了，反馈"):
        _follow(worker, step)
        if step != "我来处置":
            worker.get_by_label("怎么处置的").fill("吊走了")
        _press(worker, "我来处置" if step == "我来处置" else "办好了")
    assert worker.get_by_role("link", name="核查通过").count() == 0

    # Somebody else looks at both.
    head = open_page(fresh_portal.url, cookies=cookies["grid_head"], size=PHONE)
    wait_for(lambda: head.goto("/messages/") and "请去核查" in head.content(), "the grid head is told")
    head.goto("/grids/incidents/work/?show=verify")
    _no_wider_than_the_phone(head)
    for _ in range(2):
        head.goto("/grids/incidents/work/?show=verify")
        with head.expect_navigation():
            head.locator("table tbody a").first.click()
        _follow(head, "核查通过")
        head.get_by_label("照片可以公开").check()
        _press(head, "确实办好了")
    with fresh_portal.database():
        found = Incident.objects.order_by("id").values_list("state", "on_the_spot", "handler", "verified_by")
        assert list(found) == [
            (State.VERIFIED, True, people.member.pk, people.grid_head.pk),
            (State.VERIFIED, False, people.worker.pk, people.grid_head.pk),
        ]
    anybody = open_page(fresh_portal.url, size=PHONE, javascript=False)
    anybody.goto(f"/grids/incidents/place/{people.grid.code}/?show=done")
    assert anybody.locator("article.card").count() == 2
    assert anybody.locator("article.card img").count() == 1
