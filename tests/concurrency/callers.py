"""Programs that post through the API while something breaks, and somebody who watches /healthz meanwhile."""

import http.client
import json
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText, User
from tests.grids.roles.factories import make_resident
from tests.portal_server import PortalServer
from tests.wishes.wishes.factories import Cast
from wishes.wishes.domain import State
from wishes.wishes.models import Wish

TOKEN = "f" * 32
SETTLE_SECONDS = 120
# What a program may be answered while a part of the portal is broken; it sends the same again.
PASSING = (0, 409, 500, 503)


def agree(person: User) -> None:
    """Consent to everything the portal asks for."""
    for kind in ConsentText.Kind.values:
        give_consent(actor=person, user=person, kind=kind)


class Caller:
    """A program that posts for one resident, and sends a request again with its key until it is answered."""

    def __init__(self, portal: PortalServer, cookie: dict[str, str]) -> None:
        self.host = urlsplit(portal.url).netloc
        self.cookie = f"{cookie['name']}={cookie['value']}; csrftoken={TOKEN}"
        self.retries = 0

    def send(self, path: str, body: bytes, key: str, content_type: str = "application/json") -> tuple[int, Any]:
        """Status and answer; raises OSError or HTTPException where nobody answers."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        headers = {"Cookie": self.cookie, "X-CSRFToken": TOKEN, "Content-Type": content_type, "Idempotency-Key": key}
        try:
            connection.request("POST", f"/api/v1/{path}", body, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        finally:
            connection.close()

    def insist(self, path: str, fields: dict[str, Any], key: str, until: float) -> dict[str, Any]:
        """The answer, however long it takes."""
        while True:
            try:
                status, answer = self.send(path, json.dumps(fields).encode(), key)
            except (OSError, http.client.HTTPException, ValueError):
                status, answer = 0, {}
            if status in (200, 201):
                return answer  # type: ignore[no-any-return]  # JSON, of which nothing is known
            assert status in PASSING, (status, answer)
            assert time.monotonic() < until, f"no answer to {path} any more: {status} {answer}"
            self.retries += 1
            time.sleep(0.2)


class Crowd:
    """Several programs that post one wish after another until told to stop."""

    def __init__(self, portal: PortalServer, cast: Cast, count: int) -> None:
        self.cast = cast
        with portal.database():
            self.residents = [make_resident(cast.community) for _ in range(count)]
            for resident in self.residents:
                agree(resident)
            self.callers = [Caller(portal, portal.session_cookie(resident)) for resident in self.residents]
        self.acknowledged: list[str] = []
        self.failures: list[BaseException] = []
        self._over = threading.Event()
        self._until = time.monotonic() + SETTLE_SECONDS
        self._threads = [threading.Thread(target=self._post, args=(turn,)) for turn in range(count)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=SETTLE_SECONDS)
        if error is None:
            assert not self.failures, self.failures

    def _post(self, turn: int) -> None:
        caller, count = self.callers[turn], 0
        try:
            while not self._over.is_set():
                title = f"请帮忙看看第{turn}家第{count}件"
                fields = {"title": title, "category": self.cast.category.code, "territory": self.cast.grid.code}
                fields |= {"contact_name": "居民", "contact_phone": "13800000000"}
                draft = caller.insist("wishes/drafts/", fields, f"draft-{turn}-{count}", self._until)
                caller.insist(f"wishes/{draft['id']}/submit/", {"consent": True}, f"submit-{turn}-{count}", self._until)
                self.acknowledged.append(title)
                count += 1
        except BaseException as error:
            self.failures.append(error)

    def has_posted(self, number: int) -> bool:
        """Whether so many are acknowledged, or one of the programs gave up."""
        return bool(self.failures) or len(self.acknowledged) >= number

    @property
    def retries(self) -> int:
        return sum(caller.retries for caller in self.callers)

    def check_kept(self) -> str:
        """Each acknowledged wish is there, once, with a number of its own; the words for the table."""
        theirs = Wish.objects.filter(author__in=self.residents)
        titles = Counter(theirs.values_list("title", flat=True))
        submitted = theirs.filter(title__in=self.acknowledged).exclude(state=State.DRAFT)
        assert submitted.count() == len(self.acknowledged)
        assert max(titles.values()) == 1
        numbers = list(Wish.objects.exclude(number="").values_list("number", flat=True))
        assert len(numbers) == len(set(numbers))
        return f"{len(self.acknowledged)} acknowledged: 0 lost, 0 twice"


class HealthWatch:
    """Looks at /healthz again and again; `words` says what it told, in the order in which it told it first."""

    def __init__(self, portal: PortalServer) -> None:
        self.portal = portal
        self.told: list[str] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=SETTLE_SECONDS)

    def _watch(self) -> None:
        while not self._over.wait(0.3):
            told = state_of(self.portal)
            if told not in self.told:
                self.told.append(told)

    @property
    def words(self) -> str:
        return "; ".join(self.told) or "was not asked"


def state_of(portal: PortalServer) -> str:
    """What the health page says: its status, and each part that is not well."""
    status, answer = portal.health()
    parts = answer.get("parts", {})
    sick = [f"{part}: {state}" for part, state in parts.items() if state not in ("ok", "unknown")]
    return ", ".join([str(status or "no answer"), *sick])


def sick(portal: PortalServer, part: str) -> str:
    """What the health page says of a part that does not work; empty while it says nothing of it."""
    told = state_of(portal)
    return told if told.startswith("503") and f"{part}: " in told else ""
