"""The portal and the yardstick at several sizes, side by side on one throw-away database server."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil

from portal.embedded import MARK, Services, end_marked

ROOT = Path(__file__).resolve().parents[2]
# As docs/operations.md advises for a machine of 4 GB. What is acknowledged is on the disk.
POSTGRES = {"shared_buffers": "512MB", "max_wal_size": "4GB", "random_page_cost": "1.1", "autovacuum": "off"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Site:
    """One gunicorn."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def meter(self) -> psutil.Process:
        return psutil.Process(self.process.pid)


@dataclass
class Portal:
    """The portal at one size, the yardstick beside it, and what is asked of both."""

    wishes: int
    env: dict[str, str]
    site: Site
    bare: Site
    staged: dict[str, Any]
    seconds: float
    others: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def stage(self, *arguments: str) -> Any:
        return stage(self.env, *arguments)


def stage(env: dict[str, str], *arguments: str) -> Any:
    """Run tests.benchmarks.stage; its progress bar goes to the terminal, its answer is returned."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.stage", *arguments],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


class Stand:
    """Database server and queue of one measurement, and the processes on them."""

    def __init__(self, services: Services, *, template: str = "wuwei") -> None:
        self.services, self.folder, self.template = services, services.data, template
        assert services.postgres
        self.postgres = services.postgres
        self.processes: list[subprocess.Popen[bytes]] = []

    def environment(self, database: str) -> dict[str, str]:
        return {
            **os.environ,
            **self.services.environment(),
            "DATABASE_URL": self.postgres.url.removesuffix("wuwei") + database,
            "DJANGO_SETTINGS_MODULE": "portal.settings.development",
            "WUWEI_SECRET_KEY": "the key of a measurement, used by nobody else and gone with it in the end",
            MARK: str(self.folder),
        }

    def spawn(self, env: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / "processes.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def site(self, env: dict[str, str], application: str, path: str) -> Site:
        """A gunicorn with the portal's settings; workers are not replaced, so that none takes its clock along."""
        port = free_port()
        gunicorn = ("gunicorn", "--config=deploy/gunicorn.conf.py", "--max-requests=0", application)
        site = Site(port, self.spawn({**env, "BIND": f"127.0.0.1:{port}"}, *gunicorn))
        until = time.monotonic() + 90
        while not answers(port, path):
            if time.monotonic() > until or site.process.poll() is not None:
                raise RuntimeError((self.folder / "processes.log").read_text()[-3000:])
            time.sleep(0.2)
        return site

    def portal(self, wishes: int, posts: int) -> Portal:
        """Seed a database of this size and serve it."""
        name = f"wishes_{wishes}"
        with self.postgres.connect() as direct:
            direct.execute(f'CREATE DATABASE "{name}" TEMPLATE {self.template}')
        env = self.environment(name)
        began = time.monotonic()
        # The yardstick's settings know both the portal's tables and its own.
        bare_env = {**env, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.bare.settings"}
        staged = stage(
            {**env, "DJANGO_SETTINGS_MODULE": "tests.benchmarks.staging_settings"}, "seed", str(wishes), str(posts)
        )
        return Portal(
            wishes=wishes,
            env=env,
            site=self.site(env, "portal.wsgi", "/accounts/login/"),
            bare=self.site(bare_env, "tests.benchmarks.bare.wsgi", "/notes/"),
            staged=staged,
            seconds=time.monotonic() - began,
        )

    def stop(self) -> None:
        """End every process started here."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                process.terminate()
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)


def answers(port: int, path: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10):
            return True
    except HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def stand() -> Iterator[Stand]:
    """Services and an empty portal for a measurement; deleted at the end, however it ends."""
    folder = Path(tempfile.mkdtemp(prefix=f"wuwei-test-{os.getpid()}-"))
    services = Services(folder)
    assert services.postgres
    services.postgres.settings = POSTGRES
    it = Stand(services)
    try:
        services.start()
        env = it.environment("wuwei")
        for command in (["script/prepare.py"], ["manage.py", "migrate", "--no-input", "--verbosity=0"]):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=env, check=True)
        yield it
    finally:
        it.stop()
        end_marked(str(folder))
        services.remove()
        shutil.rmtree(folder, ignore_errors=True)
