"""Processes of ours and of strangers: telling them apart, waiting for them, ending them."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

# A variable in the environment of each process that uses the services of a folder, holding the folder.
MARK = "WUWEI_SERVER_OF"


class EmbeddedError(RuntimeError):
    """An embedded service cannot be started; the message says why in words for the person at the terminal."""


def command_line(pid: int) -> str:
    """The command line of a live process, empty when it is gone or not ours to see."""
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else " ".join(process.cmdline())
    except psutil.Error:
        return ""


def is_alive(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # our own child stays a zombie until somebody asks for it
    return command_line(pid) != ""


def first_number(path: Path) -> int | None:
    """The process number in the first line of a pid file."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def wait_until(ready: Callable[[], bool], seconds: float, complaint: str) -> None:
    """Ask `ready` again and again; raise `EmbeddedError` with the complaint when it takes too long."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise EmbeddedError(complaint)
        time.sleep(0.02)


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
