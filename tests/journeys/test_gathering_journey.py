"""An evening of Party life on phones: check-in by code, closing, minutes with a photo, what the branch has done."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from grids.gatherings.domain import GatheringKind, GatheringState
from grids.gatherings.models import Gathering
from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText
from tests.browser import PHONE, OpenPage, assert_no_axe_violations
from tests.grids.gatherings.factories import Branch, make_branch
from tests.journeys.test_incident_journey import _follow, _no_wider_than_the_phone, _press, picture
from tests.portal_server import PortalServer, wait_for


@pytest.fixture(scope="module")
def branch(fresh_portal: PortalServer) -> Branch:
    with fresh_portal.database():
        found = make_branch(members=3)
        for person in (found.secretary, *found.members):
            give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
        return found


def _digits(page: Page) -> str:
    """The code on the screen of the room."""
    return re.sub(r"\D", "", page.locator(".check-in-digits").inner_text())


def test_an_evening_from_check_in_to_the_signed_minutes(
    fresh_portal: PortalServer, branch: Branch, open_page: OpenPage
) -> None:
    with fresh_portal.database():
        gathering = branch.plan(GatheringKind.THEME_DAY, hours=1)
        people = [branch.secretary, *branch.members[:2]]
        cookies = [[fresh_portal.session_cookie(person)] for person in people]
    organiser, first, second = (open_page(fresh_portal.url, cookies=each, size=PHONE) for each in cookies)

    organiser.goto(gathering.get_absolute_url())
    _press(organiser, "开始签到")
    assert_no_axe_violations(organiser)
    _no_wider_than_the_phone(organiser)

    # One scans the code, which is an address; another finds the meeting and types the digits.
    address = f"{gathering.get_absolute_url()}check-in/?code={_digits(organiser)}"
    first.goto(address)
    assert_no_axe_violations(first)
    _no_wider_than_the_phone(first)
    _press(first, "我到了")
    assert "签到好了。" in first.content()
    second.goto("/grids/party/gatherings/")
    _follow(second, gathering.title)
    _follow(second, "我到了，签到")
    second.get_by_label("屏幕上的六位签到码").fill("000000" if _digits(organiser) != "000000" else "111111")
    _press(second, "我到了")
    assert "签到码不对或已经换了" in second.content()
    second.get_by_label("屏幕上的六位签到码").fill(_digits(organiser))
    _press(second, "我到了")
    assert "签到好了。" in second.content()

    organiser.goto(gathering.get_absolute_url())
    assert "没有人结束的话" in organiser.content()
    _press(organiser, "结束签到")
    assert "应到 3，实到 2" in organiser.content()
    _follow(organiser, "写会议记录")
    organiser.get_by_label("会议记录").fill("清洁了河岸，约好下个月再来。")
    organiser.get_by_label("决议").fill("每月一次")
    organiser.locator("input[name=photos]").set_input_files(picture("green"))  # type: ignore[arg-type]
    _press(organiser, "签发")
    wait_for(
        lambda: organiser.reload() and organiser.locator("main .gallery img").count() == 1, "the photo is made ready"
    )
    _no_wider_than_the_phone(organiser)

    # Signed, it is there for the members; the branch has one theme day of one.
    second.goto(f"{gathering.get_absolute_url()}minutes/")
    assert "约好下个月再来" in second.content()
    organiser.goto("/grids/party/gatherings/completion/")
    row = organiser.get_by_role("row").filter(has_text="第一党支部")
    assert re.search(r"主题党日\s*1 / 1", row.inner_text())
    with fresh_portal.database():
        held = Gathering.objects.get()
        assert (held.state, held.held_on) == (GatheringState.CLOSED, timezone.localdate(held.starts_at))
