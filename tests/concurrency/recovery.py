"""How long the portal took to be itself again after each fault: printed in the end, kept for docs/reliability.md."""

import json
import os
from pathlib import Path

import pytest

FILE = "WUWEI_RECOVERIES"
by_script_faults = pytest.mark.skipif(FILE not in os.environ, reason="takes its time; script/faults does it")
_noted: list[dict[str, str]] = []


def note(fault: str, *, meanwhile: str, seconds: float, found: str = "nothing lost, nothing twice") -> None:
    """One line of the table: what broke, what /healthz said meanwhile, when all was well again, what was found."""
    line = {"fault": fault, "meanwhile": meanwhile, "seconds": f"{seconds:.1f}", "found": found}
    _noted.append(line)
    if path := os.environ.get(FILE):
        with Path(path).open("a") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def table(lines: list[dict[str, str]]) -> str:
    head = ["| fault | `/healthz` meanwhile | well again after | found afterwards |", "|---|---|---|---|"]
    return "\n".join(
        [*head, *(f"| {one['fault']} | {one['meanwhile']} | {one['seconds']} s | {one['found']} |" for one in lines)]
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _noted:
        terminalreporter.write_line(table(_noted))
