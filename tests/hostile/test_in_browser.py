"""What hostile people wrote, in a real browser: no dialog opens and nothing runs, on the pages where it is read."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from grids.roles.domain import Role
from portal.outbox.services import drain
from tests.browser import DESKTOP, OpenPage
from tests.grids.roles.factories import make_staff
from tests.grids.territory.factories import DistrictFactory
from tests.hostile.corpus import TEXTS
from tests.hostile.life import lived
from tests.portal.accounts.factories import enter_as_staff
from tests.wishes.wishes.factories import make_cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_dialog_and_no_script(live_server: LiveServer, open_page: OpenPage) -> None:
    """`open_page` fails the test for every dialog and every error on the console."""
    cast = make_cast()
    numbers = [lived(cast, TEXTS[name]).number for name in ("script", "attribute", "svg")]
    drain()
    people = {
        cast.worker: ["/wishes/", "/wishes/desk/", "/messages/", *(f"/wishes/{number}/" for number in numbers)],
        make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory()): [reverse("admin:wishes_wish_changelist")],
    }
    for person, paths in people.items():
        cookie = enter_as_staff(Client(), person).cookies["sessionid"].value
        page = open_page(live_server.url, size=DESKTOP, cookies=[{"name": "sessionid", "value": cookie}])
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            assert page.locator("img[src=x], svg[onload], [onerror]").count() == 0
            assert page.evaluate("document.cookie").find("x=1") == -1
