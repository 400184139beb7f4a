"""`script/server`: starts, starts again after any kind of death with all its data, stops what it started."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from portal.embedded import MARK, Services, end_marked
from tests.portal_server import ROOT, free_port, wait_for

READY = "is ready"


class Script:
    """`script/server --no-demo` on a data folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data.parent / "server.log"
        self.services = Services(data)
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def spawn(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        unset = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", MARK)
        inherited = {name: value for name, value in os.environ.items() if name not in unset}
        self.log.write_text("")
        with self.log.open("ab") as log:
            return subprocess.Popen(
                ["script/server", "--no-demo", *arguments],
                cwd=ROOT,
                env={**inherited, "WUWEI_DATA_DIR": str(self.data), "PORT": str(self.port), **env},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def start(self, *arguments: str) -> float:
        """Start and wait for the address; return the seconds it took."""
        began = time.monotonic()
        self.process = self.spawn(*arguments)
        wait_for(
            lambda: READY in self.log.read_text() or (self.process and self.process.poll() is not None),
            self.log.read_text,
            400,
        )
        assert READY in self.log.read_text(), self.log.read_text()
        return time.monotonic() - began

    def refused(self, **env: str) -> str:
        """Start in the expectation that it refuses; return what it says."""
        process = self.spawn(**env)
        assert process.wait(timeout=60) == 1
        return self.log.read_text()

    def started(self) -> list[psutil.Process]:
        """What runs of web, worker and beat."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == str(self.data):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def keep(self, word: str) -> None:
        assert self.services.postgres
        with self.services.postgres.connect("wuwei") as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
            connection.execute("INSERT INTO kept VALUES (%s)", [word])

    def answers(self) -> bool:
        assert self.services.postgres
        try:
            self.services.postgres.connect("wuwei").close()
        except psycopg.OperationalError:
            return False
        return True

    def kept(self) -> list[str]:
        assert self.services.postgres
        with self.services.postgres.connect("wuwei") as connection:
            return [row[0] for row in connection.execute("SELECT word FROM kept ORDER BY word")]


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    script = Script(tmp_path_factory.mktemp("server") / "data")
    yield script
    if script.process and script.process.poll() is None:
        script.process.kill()
    end_marked(str(script.data))
    script.services.remove()


def test_it_survives_every_death_and_ends_with_ctrl_c(script: Script, capsys: pytest.CaptureFixture[str]) -> None:
    assert script.services.postgres
    assert script.services.valkey
    first = script.start()
    script.keep("first")

    # All of it dies at once.
    assert script.process
    database, queue = script.services.postgres.pid(), script.services.valkey.pid()
    assert database
    assert queue
    for pid in (script.process.pid, *(process.pid for process in script.started()), database, queue):
        os.kill(pid, signal.SIGKILL)
    script.process.wait()
    after_all = script.start()
    assert script.kept() == ["first"]
    script.keep("second")

    # Only the one in charge dies; what it started goes on without it.
    script.process.kill()
    script.process.wait()
    orphans = {process.pid for process in script.started()}
    assert orphans
    after_one = script.start()
    assert not orphans & {process.pid for process in script.started()}
    assert script.kept() == ["first", "second"]

    # The database dies under the running portal and is started again.
    database = script.services.postgres.pid()
    assert database
    os.kill(database, signal.SIGKILL)
    wait_for(lambda: script.answers() and script.kept() == ["first", "second"], "PostgreSQL with its data")

    # A second start beside the first one is refused, with the address.
    assert f"http://127.0.0.1:{script.port}" in _beside(script).refused()

    # Ctrl-C reaches the process in charge only.
    script.process.send_signal(signal.SIGINT)
    assert script.process.wait(timeout=60) == 0
    assert script.started() == []
    assert script.services.postgres.pid() is None
    assert script.services.valkey.pid() is None
    with capsys.disabled():
        print(
            f" [starts: first {first:.1f} s, after kill -9 of all {after_all:.1f} s, of one {after_one:.1f} s]", end=""
        )


def _beside(script: Script) -> Script:
    """The same portal, started from another terminal."""
    other = Script(script.data)
    other.log = script.data.parent / "other.log"
    return other


def test_taken_port_is_named(tmp_path: Path) -> None:
    script = Script(tmp_path / "data")
    blocker = subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", str(script.port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: psutil.Process(blocker.pid).net_connections(), "the other server")
        assert f"Port {script.port} cannot be used" in script.refused()
    finally:
        blocker.kill()
        blocker.wait()


def test_silent_servers_of_others_are_named(tmp_path: Path) -> None:
    script = Script(tmp_path / "data")
    address = f"127.0.0.1:{free_port()}"
    assert "DATABASE_URL does not answer" in script.refused(
        DATABASE_URL=f"postgres://{address}/x", REDIS_URL=f"redis://{address}"
    )
