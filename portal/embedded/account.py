"""Who PostgreSQL runs as, when the person at the terminal is root."""

import os
import pwd
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.processes import EmbeddedError


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
