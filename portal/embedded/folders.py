"""Where the services keep their files, and that nobody else gets at them."""

import hashlib
import os
import stat
from importlib.util import find_spec
from pathlib import Path

from portal.embedded.processes import EmbeddedError

SOCKET_PATH_LIMIT = 107  # bytes, the size of sun_path less its closing zero


def wheel_folder(package: str) -> Path:
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
