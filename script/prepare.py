"""Makes what is built from the sources and not committed: compiled translations and collected static files.

Does nothing when the sources have not changed since. Run by `script/server` and by the tests that need a whole portal.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = Path(os.environ.get("WUWEI_STATIC_DIR", ROOT / ".static"))


def digest(sources: Iterable[Path]) -> str:
    """What tells one state of these files from another: names, sizes and times."""
    seen = hashlib.sha256()
    for path in sorted(sources):
        if path.is_file():
            found = path.stat()
            seen.update(f"{path.relative_to(ROOT)}:{found.st_size}:{found.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def run(*command: str) -> None:
    """Run one program; its words are shown when it fails."""
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\n{' '.join(command)} failed.")


def compile_messages() -> None:
    """Make the .mo file of each catalogue that is newer than its own."""
    catalogues = sorted((ROOT / "portal" / "locale").glob("*/LC_MESSAGES/django.po"))
    stale = [
        po
        for po in catalogues
        if not (mo := po.with_suffix(".mo")).exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns
    ]
    if stale:
        print("Compiling translations …", flush=True)
        run("-m", "babel.messages.frontend", "compile", "--domain=django", "--directory=portal/locale")


def collect_static() -> None:
    """Copy static files to where they are served from, named by their content and compressed."""
    mark = STATIC / ".collected"
    settings = ROOT / "portal" / "settings" / "base.py"
    sources = [*(ROOT / "static").rglob("*"), ROOT / "package-lock.json", ROOT / "requirements.txt", settings]
    wanted = digest(sources)
    if not mark.exists() or mark.read_text() != wanted:
        print("Collecting static files …", flush=True)
        run("manage.py", "collectstatic", "--no-input")
        mark.write_text(wanted)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.development")
    STATIC.mkdir(parents=True, exist_ok=True)
    with (STATIC.parent / f"{STATIC.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        compile_messages()
        collect_static()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
