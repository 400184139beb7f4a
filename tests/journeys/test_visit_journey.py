"""A grid member's day on a phone: the way, a visit with no network sent once, a need made a wish, two incidents."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Error, Page

from grids.incidents.domain import State
from grids.incidents.models import Incident
from grids.pairing.domain import Care
from grids.pairing.models import Household
from grids.pairing.services import set_care
from grids.visits.dues import follow_care
from grids.visits.models import Visit
from grids.visits.services import plan_visit
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText
from tests.browser import PHONE, OpenPage, assert_no_axe_violations, until
from tests.grids.incidents.factories import Round, make_round
from tests.grids.pairing.factories import make_homes
from tests.grids.territory.factories import BuildingFactory
from tests.journeys.test_incident_journey import _follow, _no_wider_than_the_phone, _press, picture
from tests.portal_server import PortalServer, wait_for
from wishes.wishes.models import Wish

TODAY = "/grids/visits/today/"


@pytest.fixture(scope="module")
def people(fresh_portal: PortalServer) -> Round:
    with fresh_portal.database():
        found = make_round()
        for person in (found.member, found.grid_head, found.worker):
            give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
        homes = make_homes(BuildingFactory(grid=found.grid, longitude=118.691, latitude=32.001), 3)
        for home in homes[:2]:
            set_care(actor=found.worker, household=home, care=Care.SOLITARY)
            follow_care(household_id=home.pk, today=timezone.localdate() - timedelta(days=9))
        return found


def _log(page: Page, words: str) -> None:
    """The short form, from today's way."""
    page.get_by_role("link", name="记一次").first.click()
    page.get_by_label("在家，见到了").check()
    page.get_by_label("记一句").fill(words)
    page.get_by_role("button", name="记下").last.click()


def test_a_day_with_no_network_in_the_staircase(fresh_portal: PortalServer, people: Round, open_page: OpenPage) -> None:
    with fresh_portal.database():
        cookies = {name: [fresh_portal.session_cookie(getattr(people, name))] for name in ("member", "grid_head")}
        homes = list(Household.objects.order_by("pk"))
    member = open_page(fresh_portal.url, cookies=cookies["member"], size=PHONE)

    # The way of the day: both households in care are late, and the page keeps itself.
    member.goto(TODAY)
    assert_no_axe_violations(member)
    _no_wider_than_the_phone(member)
    assert member.locator("[data-call]").count() == 2
    until(member, "document.documentElement.dataset.kept === '1'")
    until(member, "navigator.serviceWorker.controller !== null")

    # In the staircase there is no network: the way is there, the form is there, and what is noted waits.
    member.context.set_offline(True)
    member.goto(TODAY)
    assert member.locator("[data-call]").count() == 2
    assert "天一次" not in member.content()
    assert people.member.public_name not in member.content()
    member.get_by_role("link", name="记一次").first.click()
    member.get_by_role("heading", name=homes[0].door).wait_for()
    member.get_by_label("没人").check()
    member.go_back()
    _log(member, "厨房水管漏水")
    member.get_by_text("等网络 1 条").wait_for()
    member.get_by_text("记下了，等网络送出").first.wait_for()
    with fresh_portal.database():
        assert not Visit.objects.exists()

    # Signing out now would lose it, and says so.
    member.context.set_offline(False)
    until(member, "document.querySelector('[data-unsent-status]').textContent.includes('已送到')")
    with fresh_portal.database():
        visit = Visit.objects.get()
        assert (visit.words, visit.household_id) == ("厨房水管漏水", homes[0].pk)
    until(member, "document.querySelectorAll('[data-call]').length === 1")

    # The need becomes a wish of a resident who is named.
    member.goto(visit.get_absolute_url())
    _follow(member, "转为心愿")
    member.get_by_label("别的居民（下面写姓名）").check()
    member.get_by_text("别的居民：写姓名和手机号").click()
    member.get_by_label("居民姓名").fill("周阿婆")
    member.get_by_label("用一句话说").fill("想请人修水管")
    member.get_by_label("类别").select_option("repair")
    member.get_by_label("本人同意公开心愿的内容").check()
    _press(member, "发出心愿")
    with fresh_portal.database():
        assert Wish.objects.get().entered_by == people.member

    # The other household, with a network: a thing solved on the spot.
    member.goto(TODAY)
    _log(member, "楼道堆了纸箱")
    member.get_by_text("今天没有要去的").wait_for()
    with fresh_portal.database():
        second = Visit.objects.get(words="楼道堆了纸箱")
    member.goto(second.get_absolute_url())
    _follow(member, "公共地方的事，上报成事件")
    member.get_by_label("是什么事").select_option(people.category.code)
    member.get_by_label("我已经当场处理好了").check()
    member.get_by_label("怎么处理的").fill("和住户一起搬走了")
    _press(member, "上报")
    assert "等核查" in member.content()

    # One more is too much for the grid and is passed up; somebody else verifies what was solved.
    member.goto("/grids/incidents/report/")
    member.locator("input[name=camera]").set_input_files(picture("red"))  # type: ignore[arg-type]
    member.get_by_label("是什么事").select_option(people.category.code)
    member.get_by_label("说一句情况").fill("一棵树倒在路上")
    _press(member, "上报")
    member.get_by_text("其他办法").click()
    _follow(member, "上报上一级")
    member.get_by_label("为什么这里办不了").fill("要吊车")
    _press(member, "上报")
    head = open_page(fresh_portal.url, cookies=cookies["grid_head"], size=PHONE)
    wait_for(lambda: head.goto("/messages/") and "请去核查" in head.content(), "the grid head is told")
    with fresh_portal.database():
        solved = Incident.objects.get(on_the_spot=True)
    head.goto(solved.get_absolute_url())
    assert head.locator(f'a[href="{second.get_absolute_url()}"]').count() == 1
    _follow(head, "核查通过")
    _press(head, "确实办好了")
    with fresh_portal.database():
        found = Incident.objects.order_by("id").values_list("state", "verified_by", "responsible_territory")
        assert list(found) == [
            (State.VERIFIED, people.grid_head.pk, people.grid.pk),
            (State.DISPATCHED, None, people.community.pk),
        ]


def test_what_waits_is_nobody_else_s_and_goes_at_signing_out(
    fresh_portal: PortalServer, people: Round, open_page: OpenPage
) -> None:
    with fresh_portal.database():
        cookies = {name: fresh_portal.session_cookie(getattr(people, name)) for name in ("member", "grid_head")}
        plan_visit(actor=people.member, household=Household.objects.order_by("pk")[2], wanted=True)
        before = Visit.objects.count()
    phone = open_page(fresh_portal.url, cookies=[cookies["member"]], size=PHONE)
    phone.goto(TODAY)
    until(phone, "document.documentElement.dataset.kept === '1'")
    until(phone, "navigator.serviceWorker.controller !== null")
    phone.context.set_offline(True)
    phone.goto(TODAY)
    _log(phone, "她说夜里睡不好")
    phone.get_by_text("等网络 1 条").wait_for()

    # Somebody else on the same phone: nothing shown, nothing sent.
    phone.context.clear_cookies()
    phone.context.add_cookies([{"url": fresh_portal.url, **cookies["grid_head"]}])  # type: ignore[typeddict-item]
    phone.context.set_offline(False)
    phone.goto(TODAY)
    until(phone, "document.documentElement.dataset.kept === '1'")
    assert "等网络" not in phone.locator("main").inner_text()
    with fresh_portal.database():
        assert Visit.objects.count() == before

    # A phone that nobody has used for hours shows no way any more.
    phone.evaluate(
        "caches.open('wuwei-visits-pages').then(kept => kept.put('/grids/visits/today/kept/used', new Response('0')))"
    )
    phone.context.set_offline(True)
    with pytest.raises(Error):
        phone.goto(TODAY)
    phone.context.set_offline(False)
    phone.goto("/messages/")
    assert not phone.evaluate("caches.has('wuwei-visits-pages')")

    # Signing out says what would be lost, and then nothing is left.
    phone.goto("/accounts/logout/")
    phone.get_by_text("还有 1 条走访没有送到").wait_for()
    assert_no_axe_violations(phone)
    with phone.expect_navigation(url=lambda url: "/logout/" not in url):
        phone.get_by_role("button", name="不要了，退出登录").click()
    left = phone.evaluate(
        "Promise.all([indexedDB.databases(), caches.keys(), navigator.serviceWorker.getRegistrations()])"
        ".then(found => found.map(each => each.length))"
    )
    assert left == [0, 0, 0]
