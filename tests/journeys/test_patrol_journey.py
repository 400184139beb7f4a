"""A patrol on a phone: a tick taken back, an incident found at a point, walked to the end, and seen at the desk."""

import pytest

from grids.incidents.models import Incident
from grids.patrols.domain import RunState
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText
from tests.browser import DESKTOP, PHONE, OpenPage, assert_no_axe_violations
from tests.grids.incidents.factories import Round, make_round
from tests.grids.patrols.factories import make_route, run_of
from tests.journeys.test_incident_journey import _follow, _no_wider_than_the_phone, _press
from tests.portal_server import PortalServer


@pytest.fixture
def people(fresh_portal: PortalServer) -> Round:
    with fresh_portal.database():
        found = make_round()
        for person in (found.member, found.secretary):
            give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
        return found


def test_a_patrol_of_two_points(fresh_portal: PortalServer, people: Round, open_page: OpenPage) -> None:
    with fresh_portal.database():
        run = run_of(make_route(people.grid_head, people.member, people.grid))
        cookies = {name: [fresh_portal.session_cookie(getattr(people, name))] for name in ("member", "secretary")}
    phone = open_page(fresh_portal.url, cookies=cookies["member"], size=PHONE, javascript=False)
    phone.goto("/grids/patrols/today/")
    _no_wider_than_the_phone(phone)

    # The first point is ticked, by mistake, and is to be seen again.
    _press(phone, "看过了")
    assert "还有 1 个点" in phone.content()
    with phone.expect_navigation():
        phone.get_by_role("button", name="打错了，收回").click()
    assert "还有 2 个点" in phone.content()

    # Something is wrong there: reported with its place, and back on the way.
    _follow(phone, "有问题，上报")
    _no_wider_than_the_phone(phone)
    assert phone.get_by_text("早上一圈 · 北门").count() == 1
    phone.get_by_label("是什么事").select_option(people.category.code)
    phone.get_by_label("说一句情况").fill("消防通道停了车")
    _press(phone, "上报")
    with fresh_portal.database():
        incident = Incident.objects.get()
    assert phone.get_by_role("link", name=incident.number).count() == 1
    _press(phone, "看过了")
    _press(phone, "看过了")
    assert "走完了" in phone.content()
    with fresh_portal.database():
        assert run_of(run.route).state == RunState.DONE

    # At the desk it is walked, and the incident says where it was found.
    desk = open_page(fresh_portal.url, cookies=cookies["secretary"], size=DESKTOP)
    desk.goto("/grids/overview/")
    kept = desk.get_by_role("link", name="走完的巡查")
    assert "1" in kept.first.inner_text()
    with desk.expect_navigation():
        kept.first.click()
    assert "早上一圈" in desk.content()
    desk.goto(incident.get_absolute_url())
    assert_no_axe_violations(desk)
    desk.get_by_role("link", name="早上一圈 · 北门").click()
    desk.get_by_role("heading", name="早上一圈").wait_for()
    assert incident.number in desk.content()
