"""Fifty people reach for one wish on a live server: one gets it, the others are told so in words.

With lock and constraint off, more than one gets it: what holds them back is the guard and not luck.
"""

import http.client
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from grids.roles.models import Role
from tests.grids.roles.factories import AppointmentFactory, PersonFactory
from tests.portal_server import PortalServer
from tests.wishes.wishes.factories import Cast, goods, make_cast, posted
from wishes.wishes.domain import ClaimState
from wishes.wishes.models import Claim, Wish

MANY = 50
TOKEN = "c" * 32
CONSTRAINT = "claim_one_live_per_service"


@pytest.fixture(scope="module")
def cast(fresh_portal: PortalServer) -> Cast:
    with fresh_portal.database():
        return make_cast()


@pytest.fixture(scope="module")
def cookies(fresh_portal: PortalServer, cast: Cast) -> list[str]:
    """The session cookies of so many volunteers of the community."""
    with fresh_portal.database():
        people = [PersonFactory() for _ in range(MANY)]
        for person in people:
            AppointmentFactory(user=person, role=Role.VOLUNTEER, territory=cast.community)
        sessions = [fresh_portal.session_cookie(person) for person in people]
    return [f"{session['name']}={session['value']}; csrftoken={TOKEN}" for session in sessions]


@pytest.fixture
def wish(fresh_portal: PortalServer, cast: Cast) -> Wish:
    with fresh_portal.database():
        return posted(cast, at=timezone.now())


@pytest.fixture
def unguarded(fresh_portal: PortalServer) -> Iterator[None]:
    """The portal without the row lock and without the constraint."""
    with fresh_portal.database(), connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {CONSTRAINT}")
    faulty = {"DJANGO_SETTINGS_MODULE": "tests.concurrency.faulty_settings", "WUWEI_FAULT": "unlocked"}
    fresh_portal.restart_web({**faulty, "WEB_WORKERS": "4"})
    yield
    constraint = next(one for one in Claim._meta.constraints if one.name == CONSTRAINT)
    with fresh_portal.database():
        Claim.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Claim, constraint)


def claim_all_at_once(portal: PortalServer, wish: Wish, cookies: list[str]) -> list[tuple[int, str]]:
    """Status and page that each volunteer gets."""
    gate = Barrier(len(cookies))

    def claim(cookie: str) -> tuple[int, str]:
        server = http.client.HTTPConnection(urlsplit(portal.url).netloc, timeout=60)
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Referer": portal.url}
        gate.wait(timeout=30)
        server.request("POST", f"/wishes/{wish.number}/claim/", urlencode({"csrfmiddlewaretoken": TOKEN}), headers)
        answer = server.getresponse()
        page = answer.read().decode()
        server.close()
        return answer.status, page

    with ThreadPoolExecutor(len(cookies)) as pool:
        return list(pool.map(claim, cookies))


def live_claims(portal: PortalServer, wish: Wish) -> int:
    with portal.database():
        return Claim.objects.filter(wish=wish, state=ClaimState.LIVE).count()


def test_one_of_fifty_wins_and_the_others_read_why(fresh_portal: PortalServer, wish: Wish, cookies: list[str]) -> None:
    answers = claim_all_at_once(fresh_portal, wish, cookies)

    assert Counter(status for status, _ in answers) == {302: 1, 409: MANY - 1}
    assert all("已经有人" in page for status, page in answers if status == 409)
    assert live_claims(fresh_portal, wish) == 1


def claim_parts_at_once(portal: PortalServer, wish: Wish, cookies: list[str], quantity: int) -> list[int]:
    """The status that each volunteer gets who asks for so much."""
    gate = Barrier(len(cookies))

    def claim(cookie: str) -> int:
        server = http.client.HTTPConnection(urlsplit(portal.url).netloc, timeout=60)
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Referer": portal.url}
        body = urlencode({"csrfmiddlewaretoken": TOKEN, "quantity": quantity})
        gate.wait(timeout=30)
        server.request("POST", f"/wishes/{wish.number}/claim/", body, headers)
        answer = server.getresponse()
        answer.read()
        server.close()
        return answer.status

    with ThreadPoolExecutor(len(cookies)) as pool:
        return list(pool.map(claim, cookies))


def test_parts_of_goods_asked_for_at_once_never_exceed_the_quantity(
    fresh_portal: PortalServer, cast: Cast, cookies: list[str]
) -> None:
    with fresh_portal.database():
        wish = goods(cast, quantity=100, at=timezone.now())

    statuses = claim_parts_at_once(fresh_portal, wish, cookies, 7)

    assert Counter(statuses) == {302: 14, 400: MANY - 14}
    with fresh_portal.database():
        parts = Claim.objects.filter(wish=wish).values_list("quantity", flat=True)
        assert sum(part or 0 for part in parts) == 98 == Wish.objects.get(pk=wish.pk).claimed_quantity


# Last, since its portal is of no use to others.
@pytest.mark.usefixtures("unguarded")
def test_without_the_guards_more_than_one_wins(fresh_portal: PortalServer, wish: Wish, cookies: list[str]) -> None:
    answers = claim_all_at_once(fresh_portal, wish, cookies)

    print(fresh_portal.output()[-3000:])
    assert sum(status == 302 for status, _ in answers) > 1
    assert live_claims(fresh_portal, wish) > 1
