"""Kill −9 at the worst moments: nothing acknowledged is lost, and nobody is told the same thing twice.

Real processes on a real database; what dies is stopped at an exact moment first (see faults.py).
"""

import http.client
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.db.models import Q
from django.utils import timezone

from portal.notifications.domain import Standing
from portal.notifications.models import ChannelDelivery, Notice
from portal.outbox.models import Delivery, Event
from tests.concurrency.callers import HealthWatch
from tests.concurrency.faults import CLAIMED
from tests.concurrency.recovery import note
from tests.portal_server import PortalServer, wait_for
from tests.wishes.wishes.factories import Cast, posted
from wishes.wishes import services
from wishes.wishes.domain import ClaimState
from wishes.wishes.models import Claim, Wish

CUT_OFF = timedelta(seconds=20)
SETTLE_SECONDS = 180


class Scene:
    """One published wish in a running portal, and what becomes of it."""

    def __init__(self, portal: PortalServer, cast: Cast, folder: Path) -> None:
        self.portal, self.cast = portal, cast
        self.arrived = folder / "arrived"
        with portal.database():
            self.wish = posted(cast, at=timezone.now())
            self.cookie = portal.session_cookie(cast.volunteer)
        self.settle()

    def at(self, moment: str) -> dict[str, str]:
        """The environment of a process that stops at this moment."""
        return {
            "DJANGO_SETTINGS_MODULE": "tests.concurrency.faulty_settings",
            "WUWEI_FAULT": moment,
            "WUWEI_FAULT_FILE": str(self.arrived),
            # One process, so that the kill meets nothing else on its way.
            "WORKER_PROCESSES": "1",
            "WUWEI_FAULT_WISH": str(self.wish.pk),
        }

    def wait_for_arrival(self) -> None:
        wait_for(lambda: self.arrived.exists() and self.arrived.read_text(), "a process at its moment", SETTLE_SECONDS)

    def claim_in_process(self) -> None:
        with self.portal.database():
            services.claim_wish(actor=self.cast.volunteer, wish=self.wish, at=timezone.now())

    def claim_by_page(self) -> int:
        """What a volunteer's browser does; the status it gets. Raises OSError when the connection breaks."""
        path = f"/wishes/{self.wish.number}/claim/"
        status, token = self._send("GET", path, {})
        assert status == 200
        return self._send("POST", path, {"csrfmiddlewaretoken": token})[0]

    def _send(self, method: str, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Send one request; return its status and the CSRF cookie it gave."""
        connection = http.client.HTTPConnection(urlsplit(self.portal.url).netloc, timeout=60)
        cookies = f"{self.cookie['name']}={self.cookie['value']}"
        if token := fields.get("csrfmiddlewaretoken"):
            cookies += f"; csrftoken={token}"
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded", "Referer": self.portal.url}
        try:
            connection.request(method, path, urlencode(fields), headers)
            answer = connection.getresponse()
            answer.read()
            given = [value for name, value in answer.getheaders() if name == "Set-Cookie" and "csrftoken=" in value]
            return answer.status, given[0].split("csrftoken=")[1].split(";")[0] if given else ""
        finally:
            connection.close()

    def in_database(self, ask: Callable[[], object]) -> object:
        with self.portal.database():
            return ask()

    def settle(self) -> None:
        """Wait until every event of the wish has been delivered and no message waits or is being sent.

        A message that has been on its way for long was cut off: it stays so, since nobody is told twice.
        """

        def settled() -> bool:
            events = Event.objects.filter(subject_type="wishes.wish", subject_id=self.wish.pk)
            open_deliveries = Delivery.objects.filter(event__in=events).exclude(state=Delivery.State.DONE)
            under_way = Q(standing=Standing.SENDING, claimed_at__gte=timezone.now() - CUT_OFF)
            unsent = ChannelDelivery.objects.filter(
                Q(standing=Standing.WAITING) | under_way, notice__event__in=events, recipient=self.cast.author
            )
            return not open_deliveries.exists() and not unsent.exists()

        wait_for(lambda: self.in_database(settled), f"peace\n{self.portal.output()[-4000:]}", SETTLE_SECONDS)

    def claims(self) -> list[str]:
        def ask() -> list[str]:
            return list(Claim.objects.filter(wish=self.wish).values_list("state", flat=True))

        return self.in_database(ask)  # type: ignore[return-value]

    def times_told(self) -> tuple[int, int, int]:
        """How often: the claim was recorded, its author found it in the inbox, a text message left for it."""

        def ask() -> tuple[int, int]:
            events = Event.objects.filter(type=CLAIMED, subject_id=self.wish.pk)
            notices = Notice.objects.filter(event__in=events, recipient=self.cast.author, kind="wishes.claimed")
            return events.count(), notices.count()

        return *self.in_database(ask), self.texts()  # type: ignore[misc]

    def texts(self) -> int:
        sent = self.portal.text_messages(self.cast.author.phone or "")
        return sum("认领" in message["text"] or "帮您" in message["text"] for message in sent) - self.before

    before = 0


@pytest.fixture
def scene(portal_server: PortalServer, cast: Cast, tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(portal_server, cast, tmp_path)
    scene.before = scene.texts()
    yield scene
    portal_server.make_plain()


def test_web_killed_between_commit_and_publish(scene: Scene) -> None:
    portal = scene.portal
    # Nobody else may tell before the moment has passed.
    portal.kill_worker()
    portal.restart_web(scene.at("after_commit"))
    broken: list[BaseException] = []

    def claim() -> None:
        try:
            scene.claim_by_page()
        except (OSError, http.client.HTTPException) as error:
            broken.append(error)

    browser = threading.Thread(target=claim)
    browser.start()
    scene.wait_for_arrival()
    portal.kill_web()
    browser.join(timeout=30)

    assert len(broken) == 1
    assert scene.claims() == [ClaimState.LIVE]
    assert scene.times_told() == (1, 0, 0)

    began = time.monotonic()
    with HealthWatch(portal) as watch:
        portal.start_web()
        portal.start_worker()
        scene.settle()
    seconds = time.monotonic() - began
    note("web killed between COMMIT and telling", meanwhile=watch.words, seconds=seconds)
    assert scene.times_told() == (1, 1, 1)
    # The volunteer, who got no answer, tries again: the claim is there already, and stays one.
    status, _ = scene._send("GET", f"/wishes/{scene.wish.number}/", {})
    assert status == 200
    assert scene.claims() == [ClaimState.LIVE]


@pytest.mark.parametrize(
    ("moment", "told_before"),
    [
        pytest.param("after_effect", (1, 0), id="handler done, transaction open"),
        pytest.param("after_task", (1, 1), id="transaction committed, task not acknowledged"),
    ],
)
def test_worker_killed_in_the_middle_of_telling(scene: Scene, moment: str, told_before: tuple[int, int]) -> None:
    portal = scene.portal
    portal.restart_worker(scene.at(moment))
    scene.claim_in_process()
    scene.wait_for_arrival()
    portal.kill_worker()
    assert scene.times_told()[:2] == told_before

    began = time.monotonic()
    with HealthWatch(portal) as watch:
        portal.start_worker()
        scene.settle()
    seconds = time.monotonic() - began
    note(f"all of the worker killed: {moment.replace('_', ' ')}", meanwhile=watch.words, seconds=seconds)
    assert scene.times_told() == (1, 1, 1)


def test_worker_killed_while_the_gateway_has_the_message(scene: Scene) -> None:
    portal = scene.portal
    portal.restart_worker(scene.at("after_gateway"))
    scene.claim_in_process()
    scene.wait_for_arrival()
    portal.kill_worker()
    assert scene.times_told() == (1, 1, 1)

    portal.start_worker()
    portal.wake("portal.notifications.tasks.send_now")

    def standing() -> list[str]:
        return list(
            ChannelDelivery.objects.filter(
                notice__kind="wishes.claimed", notice__event__subject_id=scene.wish.pk, channel="sms"
            ).values_list("standing", flat=True)
        )

    wait_for(lambda: portal.health()[0] == 200, "a worker")
    # Whether it arrived is for a person to find out: it is not sent again by itself.
    assert scene.in_database(standing) == [Standing.SENDING]
    assert scene.times_told() == (1, 1, 1)


def test_database_killed_after_a_claim_was_acknowledged(scene: Scene) -> None:
    assert scene.portal.services.postgres
    scene.portal.restart_web()
    assert scene.claim_by_page() == 302
    pid = scene.portal.services.postgres.pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    scene.portal.services.start()
    scene.portal.wait_until_revived()
    scene.settle()
    assert scene.claims() == [ClaimState.LIVE]
    recorded, in_inbox, texts = scene.times_told()
    # A text message that was on its way when the database died may have left or not; it is not sent a second time.
    assert (recorded, in_inbox) == (1, 1)
    assert texts <= 1
    wish = scene.in_database(lambda: Wish.objects.get(pk=scene.wish.pk))
    assert isinstance(wish, Wish)
    assert wish.claimant_id == scene.cast.volunteer.pk
