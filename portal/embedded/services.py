"""Both services on one data folder, and both for the time of a test run."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from portal.embedded.folders import private_folder, socket_folder
from portal.embedded.postgres import THROW_AWAY, Postgres
from portal.embedded.processes import EmbeddedError, command_line, end_marked
from portal.embedded.valkey import Valkey


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
    sweep_throw_away()
    folder = Path(tempfile.mkdtemp(prefix=f"wuwei-test-{os.getpid()}-"))
    services = Services(folder, durable=False)
    try:
        services.start()
        yield services
    finally:
        services.remove()
        shutil.rmtree(folder, ignore_errors=True)


def sweep_throw_away() -> None:
    """Stop and delete what a killed test run of ours left behind; the folder's name holds the run's process."""
    for folder in Path(tempfile.gettempdir()).glob("wuwei-test-*-*"):
        owner = folder.name.split("-")[2]
        if folder.stat().st_uid == os.geteuid() and owner.isdigit() and not command_line(int(owner)):
            end_marked(str(folder))
            with suppress(EmbeddedError):
                Services(folder, durable=False).remove()
            shutil.rmtree(folder, ignore_errors=True)
