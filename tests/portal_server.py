"""A whole portal for tests: gunicorn, a worker and beat as real processes on a database and a Valkey of their own.

Journeys and races meet it over HTTP; `database()` lets a test use models, factories and services on its data.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import pytest
from celery import Celery
from django.conf import settings
from django.db import connection, connections
from django.test import override_settings

from portal.accounts.models import User
from portal.embedded import MARK, Services, end_marked
from portal.settings.addresses import broker_address
from tests.wishes.wishes.pages import client_of

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = "portal.settings.development"
SECRET_KEY = "the key of a portal that lives as long as a test run and is used by nobody else"
WAIT_SECONDS = 60
PRISTINE = "pristine"
CACHE_DATABASE = 1


def wait_for(condition: Callable[[], Any], what: str | Callable[[], str], seconds: float = WAIT_SECONDS) -> Any:
    """Ask again and again until the answer is true; return it. Fails the test with `what` when it never is."""
    until = time.monotonic() + seconds
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > until:
            pytest.fail(f"waited {seconds:.0f} s in vain for {what if isinstance(what, str) else what()}")
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PortalServer:
    """The running portal. `url` is where it answers, `env` the environment of its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.services = Services(folder, durable=False)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.sms_file = folder / "sms.jsonl"
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))},
            **self.services.environment(),
            "DJANGO_SETTINGS_MODULE": SETTINGS,
            "WUWEI_SECRET_KEY": SECRET_KEY,
            "PYTHONUNBUFFERED": "1",
            "BIND": f"127.0.0.1:{self.port}",
            "SMS_BACKEND": "portal.accounts.sms.file",
            "SMS_FILE": str(self.sms_file),
            MARK: str(folder),
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        # Those of them that were started with something of a test's own.
        self.altered: set[str] = set()

    # -- life -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start database and queue; what runs on them starts with `wait_until_revived()`."""
        pristine = self._copy_pristine_cluster()
        self.services.start()
        if not pristine:
            self._run("script/prepare.py")
            self.manage("migrate", "--no-input")
            with self._direct("postgres") as direct:
                direct.execute(f"CREATE DATABASE {PRISTINE} TEMPLATE wuwei")

    def _copy_pristine_cluster(self) -> bool:
        """Begin with the files of the server that script/check.py has migrated, where it has."""
        assert self.services.postgres
        prepared = os.environ.get("WUWEI_TEST_CLUSTER")
        if prepared:
            shutil.copytree(prepared, self.services.postgres.cluster)
        return prepared is not None

    def _direct(self, database: str) -> psycopg.Connection:
        assert self.services.postgres
        return self.services.postgres.connect(database)

    def reset(self) -> None:
        """Go back to the empty portal of the beginning.

        Web and worker stay and connect anew; beat knows nothing of the database.
        """
        with self._direct("postgres") as direct:
            direct.execute("DROP DATABASE wuwei WITH (FORCE)")
            direct.execute(f"CREATE DATABASE wuwei TEMPLATE {PRISTINE}")
        assert self.services.valkey
        with self.services.valkey.client() as client:
            # Not all of it: the queues' bindings are written once by each process that knows them.
            client.delete("now", "bulk")
            client.execute_command("SELECT", CACHE_DATABASE)
            client.flushdb()
        self.sms_file.unlink(missing_ok=True)

    def wait_until_ready(self) -> None:
        """Wait until /healthz finds every part in order."""
        wait_for(lambda: self.health()[0] == 200, self._told_by_a_sick_portal, 3 * WAIT_SECONDS)

    def _told_by_a_sick_portal(self) -> str:
        return f"a healthy portal\n{self.health()}\n{self.output()[-4000:]}"

    def health(self) -> tuple[int, dict[str, Any]]:
        """Status and content of /healthz; (0, {}) when nothing answers."""
        try:
            with urlopen(f"{self.url}/healthz", timeout=15) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.loads(error.read() or "{}")
        except OSError:
            return 0, {}

    def stop(self) -> None:
        """End it at once: nothing of it is kept."""
        for name in list(self.processes):
            self._end(name, signal.SIGKILL)
        end_marked(str(self.folder))
        self.services.remove()

    def _spawn(self, name: str, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        (self.altered.add if env else self.altered.discard)(name)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env={**self.env, **(env or {})},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _end(self, name: str, sig: int) -> None:
        process = self.processes.pop(name, None)
        if process is None:
            return
        with suppress(ProcessLookupError):
            if sig == signal.SIGKILL:
                os.killpg(process.pid, sig)
            else:
                process.send_signal(sig)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)

    def start_web(self, env: Mapping[str, str] | None = None) -> None:
        """Start gunicorn; `env` adds to its environment."""
        self._spawn("web", "gunicorn", "--config=deploy/gunicorn.conf.py", "portal.wsgi", env=env)

    def start_worker(self, env: Mapping[str, str] | None = None) -> None:
        """Start a Celery worker with two processes (or WORKER_PROCESSES of `env`) on both queues."""
        processes = f"--concurrency={(env or {}).get('WORKER_PROCESSES', '2')}"
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        self._spawn(
            "worker", "celery", "--app=portal.celery", "worker", "--queues=now,bulk", processes, *quiet, env=env
        )

    def start_beat(self) -> None:
        """Start the same schedule, kept in a file: it goes on when the database begins anew."""
        kept = (f"--schedule={self.folder / 'schedule'}", "--scheduler=celery.beat:PersistentScheduler")
        self._spawn("beat", "celery", "--app=portal.schedule", "beat", "--pidfile=", *kept)

    def kill_web(self, sig: int = signal.SIGKILL) -> None:
        """End gunicorn and its workers; all at once and unasked with SIGKILL, which is the default."""
        self._end("web", sig)

    def kill_worker(self, sig: int = signal.SIGKILL) -> None:
        """End the Celery worker and its children; all at once and unasked with SIGKILL, which is the default."""
        self._end("worker", sig)

    def restart_web(self, env: Mapping[str, str] | None = None) -> None:
        self.kill_web(signal.SIGTERM)
        self.start_web(env)
        wait_for(lambda: self.health()[0] != 0, "gunicorn")

    def restart_worker(self, env: Mapping[str, str] | None = None) -> None:
        self.kill_worker(signal.SIGTERM)
        self.start_worker(env)

    def revive(self) -> None:
        """Start again what has ended by itself, as systemd would."""
        starts = {"web": self.start_web, "worker": self.start_worker, "beat": self.start_beat}
        for name, start in starts.items():
            if name not in self.processes or self.processes[name].poll() is not None:
                start()

    def make_plain(self) -> None:
        """End what a test started with something of its own; healthy processes stay, for each takes long to start."""
        for name in list(self.altered):
            self._end(name, signal.SIGKILL)
            self.altered.discard(name)
        self.wait_until_revived()

    def wait_until_revived(self) -> None:
        """Wait for a healthy portal, starting again meanwhile whatever ends."""

        def healthy() -> bool:
            self.revive()
            return self.health()[0] == 200

        wait_for(healthy, self._told_by_a_sick_portal, 3 * WAIT_SECONDS)

    def worker_pids(self) -> list[int]:
        """The worker's main process and its children."""
        main = self.processes["worker"].pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return [main, *map(int, children)]

    # -- use ------------------------------------------------------------------------------------------------------

    def manage(self, *arguments: str) -> str:
        """Run a management command; return what it printed. Fails the test when it fails."""
        return self._run("manage.py", *arguments)

    def python(self, code: str) -> str:
        """Run Python with Django set up, in a process of its own; return what it printed."""
        return self._run("-c", f"import django\ndjango.setup()\n{code}")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def output(self) -> str:
        """What web, worker and beat have said so far."""
        return "".join(
            f"--- {log.stem}\n{log.read_text(errors='replace')}" for log in sorted(self.folder.glob("*.log"))
        )

    def text_messages(self, phone: str) -> list[dict[str, Any]]:
        """Text messages to a phone number (the last digits are enough), oldest first."""
        lines = self.sms_file.read_text().splitlines() if self.sms_file.exists() else []
        messages = [json.loads(line) for line in lines]
        return [message for message in messages if message["phone"].endswith(phone.removeprefix("+86"))]

    def phone_code(self, phone: str, *, seconds: float = 20) -> str:
        """The six digits last sent to a phone number; waits for the first."""
        last = wait_for(lambda: self.text_messages(phone), f"a text message to {phone}", seconds)[-1]
        found = re.search(r"\d{6}", last["text"])
        assert found, last["text"]
        return found[0]

    @contextmanager
    def database(self, *, wake: bool = True) -> Iterator[None]:
        """Inside, this process's models and services work on the portal's data and commit to it.

        On leaving, the relay is woken, as services would have woken it from within the portal.
        """
        from pytest_django.plugin import blocking_manager_key

        blocker = _pytest_config.stash[blocking_manager_key]
        before = dict(connection.settings_dict)
        connections["default"].close()
        with blocker.unblock(), override_settings(SECRET_KEY=SECRET_KEY, MEDIA_ROOT=self.folder / "media"):
            connection.settings_dict.update(
                {"HOST": str(self.services.postgres.sockets), "NAME": "wuwei", "USER": "wuwei"}  # type: ignore[union-attr]
            )
            try:
                yield
            finally:
                connection.close()
                connection.settings_dict.update(before)
        if wake:
            self.wake()

    def wake(self, task: str = "portal.outbox.tasks.relay") -> None:
        """Ask the worker to relay what was recorded, instead of waiting for beat."""
        with Celery(broker=broker_address(self.env["REDIS_URL"], 0), set_as_current=False) as sender:
            sender.conf.task_default_queue = "now"
            sender.send_task(task)

    def session_cookie(self, user: User) -> dict[str, str]:
        """A session of this user, as name and value of its cookie. Only inside `database()`."""
        client = client_of(user)
        name = settings.SESSION_COOKIE_NAME
        return {"name": name, "value": client.cookies[name].value}


_pytest_config: pytest.Config


def pytest_configure(config: pytest.Config) -> None:
    global _pytest_config
    _pytest_config = config


@pytest.fixture(scope="session")
def portal_processes() -> Iterator[PortalServer]:
    """The portal of this test process, made when the first test asks for it."""
    folder = Path(tempfile.mkdtemp(prefix=f"wuwei-test-{os.getpid()}-"))
    server = PortalServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def portal_server(portal_processes: PortalServer) -> PortalServer:
    """A running portal, empty when the module begins."""
    portal_processes.reset()
    portal_processes.make_plain()
    return portal_processes


@pytest.fixture(scope="module")
def fresh_portal(portal_server: PortalServer) -> PortalServer:
    """The same, for modules that say how much they rely on its being empty."""
    return portal_server
