"""Killed, filled up, slowed down and started twice: what was acknowledged is there, once, and /healthz told the truth.

Everything happens to one running portal of real processes; how long it took to recover is noted (recovery.py).
"""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import time as clock_time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery import Celery
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from portal.accounts.consents import give_consent
from portal.accounts.models import ConsentText, User
from portal.celery import app
from portal.notifications.models import FanOut, Notice, QuietHours
from portal.outbox.models import Delivery, Event
from portal.photos.models import Photo, PhotoState
from portal.photos.services import accept_upload
from portal.settings.addresses import broker_address
from tests.concurrency.recovery import FILE, note
from tests.grids.roles.factories import make_resident
from tests.portal.photos.corpus import jpeg
from tests.portal_server import ROOT, PortalServer, wait_for
from tests.wishes.wishes.factories import Cast, fulfilled, make_cast, posted
from wishes.wishes import services
from wishes.wishes.domain import State
from wishes.wishes.models import Wish
from wishes.wishes.photos import PHOTO_PURPOSE

TOKEN = "f" * 32
POSTERS = 3
SETTLE_SECONDS = 120


@pytest.fixture(scope="module")
def cast(portal_server: PortalServer) -> Cast:
    """A neighbourhood whose author may be told at any hour."""
    with portal_server.database():
        cast = make_cast()
        for person in (cast.author, cast.volunteer):
            agree(person)
        QuietHours.objects.create(user=cast.author, starts=clock_time(0), ends=clock_time(0))
    return cast


def agree(person: User) -> None:
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
                return answer  # type: ignore[no-any-return]
            assert status in (0, 500, 503, 409), (status, answer)
            assert time.monotonic() < until, f"no answer to {path} any more: {status} {answer}"
            self.retries += 1
            time.sleep(0.2)


def test_database_killed_while_many_post(portal_server: PortalServer, cast: Cast) -> None:
    portal = portal_server
    assert portal.services.postgres
    with portal.database():
        residents = [make_resident(cast.community) for _ in range(POSTERS)]
        for resident in residents:
            agree(resident)
        callers = [Caller(portal, portal.session_cookie(resident)) for resident in residents]
    acknowledged: list[str] = []
    over = threading.Event()
    failures: list[BaseException] = []
    until = time.monotonic() + SETTLE_SECONDS

    def post(turn: int) -> None:
        caller, count = callers[turn], 0
        try:
            while not over.is_set():
                title = f"请帮忙看看第{turn}家第{count}件"
                fields = {"title": title, "category": cast.category.code, "territory": cast.grid.code}
                fields |= {"contact_name": "居民", "contact_phone": "13800000000"}
                draft = caller.insist("wishes/drafts/", fields, f"draft-{turn}-{count}", until)
                caller.insist(f"wishes/{draft['id']}/submit/", {"consent": True}, f"submit-{turn}-{count}", until)
                acknowledged.append(title)
                count += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=post, args=(turn,)) for turn in range(POSTERS)]
    for thread in threads:
        thread.start()
    wait_for(lambda: failures or len(acknowledged) >= 2 * POSTERS, "the first posts")
    pid = portal.services.postgres.pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    before = len(acknowledged)
    meanwhile = wait_for(lambda: sick(portal, "database"), "a health page that says so")
    began = time.monotonic()
    portal.services.start()
    wait_for(lambda: failures or len(acknowledged) > before + POSTERS, "posts after the restart", SETTLE_SECONDS)
    seconds = time.monotonic() - began
    over.set()
    for thread in threads:
        thread.join(timeout=SETTLE_SECONDS)
    portal.wait_until_revived()
    assert not failures, failures

    with portal.database():
        titles = Counter(Wish.objects.filter(author__in=residents).values_list("title", flat=True))
        submitted = Wish.objects.filter(title__in=acknowledged).exclude(state=State.DRAFT)
        assert submitted.count() == len(acknowledged)
        assert max(titles.values()) == 1
        assert Wish.objects.exclude(number="").count() == len(
            set(Wish.objects.exclude(number="").values_list("number"))
        )
    assert sum(caller.retries for caller in callers) > 0
    note("PostgreSQL killed while people post", meanwhile=meanwhile, seconds=seconds)


def sick(portal: PortalServer, part: str) -> str:
    """What the health page says of a part that does not work; empty while it says nothing of it."""
    status, answer = portal.health()
    state = answer.get("parts", {}).get(part, "ok")
    return f"503, {part}: {state}" if status == 503 and state != "ok" else ""


class Chores:
    """Something to do for each task: a claim to tell of, a photo, an answer that never came, nobody responsible …"""

    def __init__(self, portal: PortalServer, cast: Cast) -> None:
        now = timezone.now()
        self.portal, self.cast = portal, cast
        with portal.database(wake=False):
            self.late = posted(cast, at=now - timedelta(days=40), title="早就该办的事")
            self.unanswered = fulfilled(cast, at=now - timedelta(days=30))
            self.orphan = posted(cast, at=now)
            Wish.objects.filter(pk=self.orphan.pk).update(responsible=None)
            self.claimed = posted(cast, at=now)
            services.claim_wish(actor=cast.volunteer, wish=self.claimed, at=now)
            upload = SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")
            self.photo = accept_upload(actor=cast.author, file=upload, purpose=PHOTO_PURPOSE)

    @property
    def wishes(self) -> list[int]:
        return [wish.pk for wish in (self.late, self.unanswered, self.orphan, self.claimed)]

    def is_done(self) -> bool:
        with self.portal.database(wake=False):
            told = not Delivery.objects.exclude(state=Delivery.State.DONE).exists()
            closed = Wish.objects.filter(pk=self.unanswered.pk, state=State.CLOSED).exists()
            found = Wish.objects.filter(pk=self.orphan.pk, responsible__isnull=False).exists()
            shown = Photo.objects.filter(pk=self.photo.pk, state=PhotoState.READY).exists()
            warned = Event.objects.filter(type="deadlines.clock.overdue", subject_id=self.late.pk).exists()
        return told and closed and found and shown and warned

    def check_once(self) -> None:
        """Each effect is there, and none is there twice."""
        with self.portal.database(wake=False):
            events = Event.objects.filter(subject_type="wishes.wish", subject_id__in=self.wishes)
            seen = Counter((one.type, one.subject_id, one.payload.get("level")) for one in events if one.type in ONCE)
            assert ("wishes.wish.auto_confirmed", self.unanswered.pk, None) in seen
            assert max(seen.values()) == 1, seen
            dispatched = events.filter(type="wishes.wish.dispatched", subject_id=self.orphan.pk).count()
            assert dispatched == 2  # when it was posted, and when nobody was found responsible any more
            notices = Notice.objects.filter(event__in=events, recipient=self.cast.author)
            told = Counter(notices.values_list("event_id", "kind"))
            assert max(told.values()) == 1, told
            claims = notices.filter(kind="wishes.claimed", event__subject_id=self.claimed.pk)
            assert claims.count() == 1
        self.portal.manage("verify_audit")


ONCE = {"wishes.wish.submitted", "wishes.wish.published", "wishes.wish.claimed", "wishes.wish.auto_confirmed"} | {
    "deadlines.clock.warned",
    "deadlines.clock.overdue",
}


def tasks() -> dict[str, dict[str, Any]]:
    """Every task the schedule knows, and those that are woken: by name, with what they are given."""
    app.loader.import_default_modules()
    scheduled = {entry["task"]: entry.get("kwargs", {}) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    return scheduled | {name: {} for name in WOKEN}


WOKEN = ("portal.photos.tasks.process_photo",)
# Sent with what it is about when a category has been renamed; it may run again at any time.
SENT = {"wishes.wishes.tasks.index_category"}


def test_every_task_is_scheduled_or_woken() -> None:
    """A task nobody starts does nothing, whatever its docstring says."""
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == set(tasks()) | SENT


def test_worker_killed_in_each_task(portal_server: PortalServer, cast: Cast, tmp_path: Path) -> None:
    """Twice in each: before it has begun, and when all is done but the queue has not been told."""
    portal, folder = portal_server, tmp_path / "tasks"
    portal.kill_worker()
    chores = Chores(portal, cast)
    known = tasks() | {"portal.photos.tasks.process_photo": {"photo_id": str(chores.photo.pk)}}
    faulty = {
        "DJANGO_SETTINGS_MODULE": "tests.concurrency.faulty_settings",
        "WUWEI_FAULT": "in_each_task",
        "WUWEI_FAULT_FILE": str(folder),
        # One for each that waits to be killed, and some that carry on.
        "WORKER_PROCESSES": str(len(known) + 3),
    }
    portal.start_worker(faulty)
    try:
        send(portal, known)
        began = time.monotonic()
        killed: list[str] = []

        def all_done() -> bool:
            for waiting in folder.glob("*.waits"):
                pid = int(waiting.read_text() or 0)
                if pid:
                    waiting.unlink()
                    os.kill(pid, signal.SIGKILL)
                    killed.append(waiting.stem)
            return {path.stem for path in folder.glob("*.done")} >= set(known)

        wait_for(all_done, lambda: f"{sorted(set(known) - {path.stem for path in folder.glob('*.done')})}", 150)
        seconds = time.monotonic() - began
        assert Counter(killed) == dict.fromkeys(known, 2)
        wait_for(chores.is_done, lambda: portal.output()[-4000:], SETTLE_SECONDS)
        chores.check_once()
    finally:
        portal.restart_worker()
    found = f"{len(killed)} kills in {len(known)} tasks; each carried out, each effect once"
    note("worker process killed in each task, twice", meanwhile="200: others work on", seconds=seconds, found=found)


def send(portal: PortalServer, known: dict[str, dict[str, Any]]) -> None:
    with Celery(broker=broker_address(portal.env["REDIS_URL"], 0), set_as_current=False) as sender:
        sender.conf.task_default_queue = "now"
        for name, arguments in known.items():
            sender.send_task(name, kwargs=arguments)


@pytest.mark.skipif(FILE not in os.environ, reason="takes more than a minute; script/faults does it")
def test_two_schedules_at_once(portal_server: PortalServer, cast: Cast) -> None:
    portal = portal_server
    chores = Chores(portal, cast)
    portal._end("beat", signal.SIGKILL)
    with portal.database(wake=False):
        PeriodicTask.objects.update(last_run_at=timezone.now() - timedelta(days=1))
        PeriodicTasks.update_changed()
    began = time.monotonic()
    portal.start_beat()
    portal._spawn("beat2", "celery", "--app=portal.celery", "beat", "--pidfile=")
    try:
        wait_for(chores.is_done, lambda: portal.output()[-4000:], SETTLE_SECONDS)
        seconds = time.monotonic() - began
        assert portal.health()[0] == 200
        chores.check_once()
    finally:
        portal._end("beat2", signal.SIGKILL)
    note("two schedules (beat) at once", meanwhile="200", seconds=seconds, found="each effect once")


# -- a slow gateway ----------------------------------------------------------------------------------------------------
MANY, SLOW_SECONDS = 20, 2.0


def test_slow_gateway_holds_up_nobody_but_its_own_messages(portal_server: PortalServer, cast: Cast) -> None:
    portal = portal_server
    with portal.database(wake=False):
        many = [make_resident(cast.community) for _ in range(MANY)]
        for person in many:
            QuietHours.objects.create(user=person, starts=clock_time(0), ends=clock_time(0))
        wish = posted(cast, at=timezone.now())
        event = Event.objects.filter(subject_id=wish.pk).latest("pk")
    wait_for(lambda: nothing_waits(portal), "peace")
    slow = {"SMS_BACKEND": "tests.concurrency.slow_gateway", "SLOW_GATEWAY": str(SLOW_SECONDS)}
    portal.restart_worker({**slow, "SLOW_SPARES": cast.author.phone or ""})
    portal.wait_until_revived()
    before = told_of_help(portal, cast)
    try:
        with portal.database(wake=False):
            FanOut.objects.create(
                event=event,
                kind="wishes.claimed",
                params={"who": "李师傅", "title": "修水管", "message": ""},
                url="/",
                recipients=[person.pk for person in many],
                total=MANY,
            )
        portal.wake("portal.notifications.tasks.bulk")
        wait_for(lambda: received(portal, many), "the first message of the fan-out")
        with portal.database():
            services.claim_wish(actor=cast.volunteer, wish=wish, at=timezone.now())
        began = time.monotonic()
        wait_for(lambda: told_of_help(portal, cast) > before, "a single message")
        seconds = time.monotonic() - began
        on_the_way = len(received(portal, many))
        assert on_the_way < MANY
        assert portal.health()[0] == 200
        # The gateway is itself again, and the rest follows.
        portal.restart_worker()
        portal.wake("portal.notifications.tasks.bulk")
        wait_for(lambda: len(received(portal, many)) >= MANY, "the whole fan-out")
        assert Counter(received(portal, many)) == Counter(str(person.phone) for person in many)
    except BaseException:
        portal.restart_worker()
        raise
    found = f"a single message left while {MANY - on_the_way} of {MANY} slow ones waited; each told once"
    note(f"text gateway answers in {SLOW_SECONDS} s", meanwhile="200", seconds=seconds, found=found)


def told_of_help(portal: PortalServer, cast: Cast) -> int:
    """How many text messages told the author that somebody helps."""
    return sum("帮您" in message["text"] for message in portal.text_messages(cast.author.phone or ""))


def received(portal: PortalServer, people: list[User]) -> list[str]:
    """Phone numbers that got a message, once for each."""
    phones = {person.phone for person in people}
    lines = portal.sms_file.read_text().splitlines() if portal.sms_file.exists() else []
    return [phone for line in lines if (phone := json.loads(line)["phone"]) in phones]


def nothing_waits(portal: PortalServer) -> bool:
    with portal.database():
        return not Delivery.objects.exclude(state=Delivery.State.DONE).exists()


# -- a full disk -------------------------------------------------------------------------------------------------------
NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")


@pytest.fixture
def full_disk(portal_server: PortalServer, tmp_path: Path) -> Iterator[PortalServer]:
    """The portal's web process on a disk of its own for uploads, with room for almost nothing."""
    allowed = (
        shutil.which("unshare")
        and not subprocess.run(
            [*NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)], capture_output=True, check=False
        ).returncode
    )
    if not allowed:
        pytest.skip("this kernel lets nobody mount a small disk")
    portal, media = portal_server, tmp_path / "media"
    media.mkdir()
    portal.kill_web(signal.SIGTERM)
    gunicorn = f"{sys.executable} -m gunicorn --config=deploy/gunicorn.conf.py portal.wsgi"
    mounted = f'mount -t tmpfs -o size=16k tmpfs "{media}" && exec {gunicorn}'
    with (portal.folder / "web.log").open("ab") as log:
        portal.processes["web"] = subprocess.Popen(
            [*NAMESPACE, "sh", "-c", mounted],
            cwd=ROOT,
            env={**portal.env, "WUWEI_MEDIA_DIR": str(media)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    wait_for(lambda: portal.health()[0] != 0, lambda: portal.output()[-3000:])
    yield portal
    portal.restart_web()


def test_full_disk_costs_the_photo_and_nothing_else(full_disk: PortalServer, cast: Cast) -> None:
    portal = full_disk
    with portal.database():
        resident = make_resident(cast.community)
        agree(resident)
        caller = Caller(portal, portal.session_cookie(resident))
    meanwhile = wait_for(lambda: sick(portal, "files"), "a health page that says so")
    draft = caller.insist("wishes/drafts/", {"title": "照片放不下的心愿"}, "full-1", time.monotonic() + 30)
    status, answer = caller.send("photos/", *upload(jpeg(1600, 1200), "full-2"))
    assert (status, answer["code"]) == (507, "photo_no_room")

    began = time.monotonic()
    portal.restart_web()
    portal.wait_until_revived()
    status, answer = caller.send("photos/", *upload(jpeg(1600, 1200), "full-3"))
    seconds = time.monotonic() - began
    assert status == 201, answer
    with portal.database():
        assert Wish.objects.get(pk=draft["id"]).title == "照片放不下的心愿"
        assert not Photo.objects.filter(owner=resident, state=PhotoState.REFUSED).exists()
    found = "the photo refused with 507 and in words, the text kept"
    note("disk of the uploads full", meanwhile=meanwhile, seconds=seconds, found=found)


def upload(content: bytes, key: str) -> tuple[bytes, str, str]:
    """Body, key and content type of a photo sent by a program."""
    head = f'--{TOKEN}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
    return (
        f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + content + f"\r\n--{TOKEN}--\r\n".encode(),
        key,
        f"multipart/form-data; boundary={TOKEN}",
    )
