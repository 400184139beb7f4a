"""What `script/server` does once everything is installed: prepare, start, wait, tell, and stop what was started.

Whatever an earlier start left behind when it was killed is found by a variable in the environment of its processes
and ended first, so this start works after any kind of death of that one.
"""

import argparse
import fcntl
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg
import redis
from honcho.manager import Manager

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from prepare import digest  # noqa: E402

from portal.embedded import MARK, EmbeddedError, Services, end_marked  # noqa: E402 (the checkout is not an installed package)

OLDEST_POSTGRES, OLDEST_REDIS = (15, "15"), ((6, 2), "6.2")
READY_SECONDS = 90
DEMO_PREFIX = "demo-"  # as in portal/site/start.py, which only Django can import


class CannotStart(RuntimeError):
    """The portal cannot start; the message says why and what to do."""


def say(words: str) -> None:
    print(words, flush=True)


class Server:
    """The portal on one data folder and one port."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.url = f"http://127.0.0.1:{port}"
        self.services = Services(
            data, postgres=not os.environ.get("DATABASE_URL"), valkey=not os.environ.get("REDIS_URL")
        )
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "portal.settings.development"),
            "PYTHONUNBUFFERED": "1",
            # On a machine where everything runs as root, so does the worker; it takes no pickles.
            "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
            "BIND": f"127.0.0.1:{port}",
            MARK: str(data),
            **self.services.environment(),
        }

    # -- before ---------------------------------------------------------------------------------------------------

    def lock(self) -> IO[str]:
        """Hold the data folder; the system lets go of it however this process ends."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = (self.data / "server.lock").open("a+")
        try:
            # Not flock, which would live on in processes forked from this one.
            fcntl.lockf(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.seek(0)
            raise CannotStart(f"The portal already runs: {held.read().strip()} (stop it with Ctrl-C there).") from None
        held.truncate(0)
        held.write(self.url)
        held.flush()
        return held

    def check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError as error:
                raise CannotStart(
                    f"Port {self.port} cannot be used ({error.strerror}). Choose another: PORT=8001 script/server"
                ) from None

    def check_versions(self) -> None:
        """Refuse servers of others that are too old, in words."""
        if not self.services.postgres:
            try:
                with psycopg.connect(self.environment["DATABASE_URL"], connect_timeout=5) as connection:
                    version = connection.info.server_version
            except psycopg.Error as error:
                raise CannotStart(f"The PostgreSQL server in DATABASE_URL does not answer: {error}") from None
            if version // 10000 < OLDEST_POSTGRES[0]:
                raise CannotStart(
                    f"DATABASE_URL leads to PostgreSQL {version // 10000}; {OLDEST_POSTGRES[1]} or newer is needed."
                )
        if not self.services.valkey:
            try:
                with redis.Redis.from_url(self.environment["REDIS_URL"], socket_timeout=5) as client:
                    found = str(client.info("server")["redis_version"])
            except (redis.RedisError, ValueError) as error:
                raise CannotStart(f"The Redis server in REDIS_URL does not answer: {error}") from None
            if tuple(int(part) for part in found.split(".")[:2]) < OLDEST_REDIS[0]:
                raise CannotStart(f"REDIS_URL leads to Redis {found}; {OLDEST_REDIS[1]} or newer is needed.")

    def reset(self) -> None:
        """Delete the embedded database, the queue and the uploaded files. Servers of others are left alone."""
        self.services.remove()
        for folder in ("media", "migrated", "sms.jsonl"):
            path = self.data / folder
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        if not self.services.postgres:
            say("--reset leaves the database in DATABASE_URL as it is.")

    # -- prepare --------------------------------------------------------------------------------------------------

    def run(self, *command: str, quiet: bool = True) -> None:
        """Run one step of preparing; its words are shown when it fails, or always unless `quiet`."""
        output = subprocess.PIPE if quiet else None
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment,
            stdout=output,
            stderr=output,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotStart(f"{done.stdout or ''}{done.stderr or ''}\n{' '.join(command)} failed.")

    def prepare(self, *, demo: bool) -> None:
        self.run("script/prepare.py", quiet=False)
        self.migrate()
        if demo:
            self.load_demo()

    def migrate(self) -> None:
        """Bring the tables up to date, unless neither the code nor the database has changed since that was done."""
        mark = self.data / "migrated"
        code = digest(
            [
                ROOT / "requirements.txt",
                *(file for wing in ("portal", "grids", "wishes") for file in (ROOT / wing).rglob("*.py")),
            ]
        )
        if mark.exists() and mark.read_text() == f"{code} {self.applied_migrations()}":
            return
        say("Bringing the database up to date …")
        self.run("manage.py", "migrate", "--no-input")
        mark.write_text(f"{code} {self.applied_migrations()}")

    def applied_migrations(self) -> str:
        """What tells this database from another, and from itself before a migration or a restored backup."""
        asked = (
            "SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()), current_database(), "
            "(SELECT oid FROM pg_database WHERE datname = current_database()), count(*), max(id)) "
            "FROM django_migrations"
        )
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            try:
                row = connection.execute(asked).fetchone()
            except psycopg.Error:
                return "none"
        return str(row and row[0])

    def load_demo(self) -> None:
        """Load the demo once, and never into a database that is in use."""
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            names = "SELECT bool_or(username LIKE %s), count(*) > 0 FROM portal_user"
            loaded, used = connection.execute(names, [f"{DEMO_PREFIX}%"]).fetchone() or (False, False)
        if loaded:
            return
        if used:
            say("The database is in use, so the demo is left out (script/server --reset starts over).")
            return
        say("Loading the demo …")
        self.run("manage.py", "load_demo", quiet=False)

    # -- run ------------------------------------------------------------------------------------------------------

    def processes(self) -> dict[str, list[str]]:
        celery = [sys.executable, "-m", "celery", "--quiet"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return {
            "web": [sys.executable, "-m", "gunicorn", "--config=deploy/gunicorn.conf.py", "portal.wsgi"],
            "worker": [
                *celery,
                "--app=portal.celery",
                "worker",
                "--queues=now,bulk",
                "--concurrency=2",
                "--loglevel=INFO",
                *quiet,
            ],
            "beat": [*celery, "--app=portal.schedule", "beat", "--loglevel=INFO", "--pidfile="],
        }

    def serve(self) -> int:
        """Run web, worker and beat until one of them or somebody stops; return the exit status."""
        manager = Manager()
        for name, command in self.processes().items():
            # exec: signals and the recorded process number are then those of the program, not of a shell.
            manager.add_process(name, f"exec {shlex.join(command)}", env=self.environment, cwd=str(ROOT))
        stopping = threading.Event()
        # Before the manager forks: a process forked in between would keep this one's pipe open for ever.
        accounts = self.demo_accounts()
        tasks = [
            threading.Thread(target=self.announce, args=(stopping, accounts)),
            threading.Thread(target=self.keep_services, args=(stopping,)),
        ]
        for task in tasks:
            task.start()
        # A closed terminal ends the portal as Ctrl-C does.
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        try:
            manager.loop()
        finally:
            stopping.set()
            for task in tasks:
                task.join()
        code = int(manager.returncode or 0)
        return 0 if code in (128 + signal.SIGINT, 128 + signal.SIGTERM) else code or 1

    def announce(self, stopping: threading.Event, accounts: "subprocess.Popen[str]") -> None:
        """Wait until all parts answer, then print where the portal is and who can log in."""
        until = time.monotonic() + READY_SECONDS
        while not stopping.wait(0.2):
            ready, state = self.health()
            if ready:
                words, _ = accounts.communicate()
                who = "" if accounts.returncode else "".join(f"  {line}\n" for line in words.splitlines())
                say(f"\n  五微 Wuwei is ready: {self.url}\n{who}  Ctrl-C stops it.\n")
                return
            if time.monotonic() > until:
                say(f"Not everything answers yet: {state} (see {self.url}/healthz)")
                until += READY_SECONDS

    def health(self) -> tuple[bool, str]:
        try:
            with urlopen(f"{self.url}/healthz", timeout=10) as answer:  # noqa: S310 (our own address)
                return answer.status == 200, ""
        except HTTPError as error:
            return False, error.read().decode(errors="replace")
        except OSError as error:
            return False, str(error)

    def demo_accounts(self) -> "subprocess.Popen[str]":
        """Begin to ask who can log in; the answer fails where there is no demo."""
        return subprocess.Popen(
            [sys.executable, "manage.py", "load_demo", "--accounts"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def keep_services(self, stopping: threading.Event) -> None:
        """Start the database or the queue again when it dies while the portal runs."""
        while not stopping.wait(2):
            for service in (self.services.postgres, self.services.valkey):
                if service and service.pid() is None and not stopping.is_set():
                    say(f"{type(service).__name__} has stopped and is started again.")
                    with suppress(EmbeddedError, psycopg.Error):
                        service.start()

    def stop(self) -> None:
        end_marked(str(self.data))
        self.services.stop()


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/server",
        description="Runs the whole portal on this machine.",
        epilog="PORT chooses the port (8000), WUWEI_DATA_DIR the data folder (.data); DATABASE_URL (PostgreSQL 15 or "
        "newer) and REDIS_URL (6.2 or newer) lead to servers of your own.",
    )
    parser.add_argument("--no-demo", action="store_true", help="start with an empty portal")
    parser.add_argument("--reset", action="store_true", help="delete all data first")
    return parser.parse_args(arguments)


def manage(server: Server, arguments: list[str]) -> int:
    """manage.py with the embedded services running; they go on running for the server that may use them."""
    server.services.start()
    # Without the mark: a shell somebody has open is not ended when the portal starts or stops.
    environment = {name: value for name, value in server.environment.items() if name != MARK}
    return subprocess.run([sys.executable, "manage.py", *arguments], env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    data = Path(os.environ.get("WUWEI_DATA_DIR", ROOT / ".data")).absolute()
    try:
        port = int(os.environ.get("PORT", "8000"))
    except ValueError:
        print("PORT has to be a number.", file=sys.stderr)
        return 2
    server = Server(data, port)
    if arguments[:1] == ["manage"]:
        return manage(server, arguments[1:])
    options = parse(arguments)
    began = time.monotonic()
    try:
        with server.lock():
            end_marked(str(data))
            server.check_port()
            try:
                if options.reset:
                    server.reset()
                say("Starting the database and the queue …")
                server.services.start()
                server.check_versions()
                server.prepare(demo=not options.no_demo)
                say(f"Prepared in {time.monotonic() - began:.1f} s.")
                return server.serve()
            finally:
                server.stop()
    except (CannotStart, EmbeddedError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
