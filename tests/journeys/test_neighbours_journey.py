"""A duplicate whose neighbours move along, in a real browser without JavaScript.

One who is about to post the same finds it and needs it too, another has posted it and is merged; both are told how the
wish that goes on gets on.
"""

from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText, User
from tests.browser import PHONE, OpenPage
from tests.portal.accounts.factories import enter, enter_as_staff
from tests.portal_server import PortalServer, wait_for
from tests.wishes.neighbours.factories import neighbour_of
from tests.wishes.wishes.factories import Cast, CategoryFactory, make_cast, posted
from wishes.neighbours.domain import InterestKind
from wishes.neighbours.models import Interest
from wishes.wishes import services
from wishes.wishes.domain import Kind
from wishes.wishes.models import Wish

TITLE = "北门的路灯坏了三盏"


@dataclass(frozen=True)
class Street:
    """Two wishes for one lamp, and who has to do with them."""

    cast: Cast
    first: Wish
    again: Wish
    poster: User
    cookies: dict[str, dict[str, str]]


@pytest.fixture
def street(fresh_portal: PortalServer) -> Street:
    with fresh_portal.database():
        cast = make_cast()
        light = CategoryFactory(name="小区里的灯", kind=Kind.PUBLIC_MATTER)
        twice, poster = neighbour_of(cast), neighbour_of(cast)
        first = posted(cast, title=TITLE, category=light)
        again = posted(cast, title="路灯不亮", category=light, author=twice)
        people = {"twice": twice, "poster": poster, "cadre": cast.worker}
        for person in people.values():
            give_consent(actor=person, user=person, kind=ConsentText.Kind.PRIVACY)
        cookies = {name: _cookie(person) for name, person in people.items()}
        return Street(cast, first, again, poster, cookies)


def _cookie(person: User) -> dict[str, str]:
    client = enter_as_staff(Client(), person) if person.is_staff else enter(Client(), person)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value}


def _press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).first.click()


def _told(page: Page, words: str) -> None:
    wait_for(lambda: page.goto("/messages/") and words in page.content(), f"the notice {words}")


def test_who_waits_for_a_duplicate_waits_for_the_wish_that_goes_on(
    fresh_portal: PortalServer, street: Street, open_page: OpenPage
) -> None:
    def opened(name: str) -> Page:
        return open_page(fresh_portal.url, cookies=[street.cookies[name]], size=PHONE, javascript=False)

    poster, twice, cadre = opened("poster"), opened("twice"), opened("cadre")

    poster.goto("/wishes/new/")
    poster.get_by_label(street.cast.grid.name).check()
    _press(poster, "继续")
    poster.get_by_label("小区里的灯").check()
    _press(poster, "继续")
    poster.get_by_label("用一句话说").fill("路灯坏了，晚上看不见")
    _press(poster, "继续")
    assert "附近有没有一样的心愿" in poster.content()
    card = poster.locator("article.card", has_text="路灯不亮")
    with poster.expect_navigation():
        card.get_by_role("button", name="我也需要").click()
    assert "记下了，您也需要" in poster.content()
    assert poster.url.endswith(street.again.get_absolute_url())

    cadre.goto(f"{street.again.get_absolute_url()}close-duplicate/?of={street.first.number}")
    _press(cadre, "办结：和另一个相同")
    _told(twice, "已经有邻居提过同样的事")
    _told(poster, "您关注的心愿并到另一个里一起办了")
    for page in (poster, twice):
        page.goto("/wishes/following/")
        assert TITLE in page.content()
        assert "2 人也需要 · 2 人关注" in page.content()
    poster.goto(street.first.get_absolute_url())
    assert "另一个相同的心愿并到这里" in poster.content()

    with fresh_portal.database():
        services.claim_wish(actor=street.cast.volunteer, wish=Wish.objects.get(pk=street.first.pk))
    for page in (poster, twice):
        _told(page, "您关注的心愿有进展")
    with fresh_portal.database():
        waiting = Interest.objects.filter(wish=street.first, kind=InterestKind.FOLLOW)
        assert set(waiting.values_list("user_id", flat=True)) == {street.poster.pk, street.again.author_id}
