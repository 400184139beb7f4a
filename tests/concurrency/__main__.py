"""`script/faults`: breaks a running portal in every way the tests know and writes down how it recovered."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.concurrency.recovery import FILE, table

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reliability.md"
FAULTS = ("faults", "survival_kills", "survival_gateways", "survival_disks")
BEGIN, END = "<!-- recoveries -->", "<!-- end of recoveries -->"
TESTS = [f"tests/concurrency/test_{name}.py" for name in FAULTS]


def main(arguments: list[str]) -> int:
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        environment = {**os.environ, FILE: file.name}
        command = [sys.executable, "script/check.py", *(arguments or TESTS), "-q"]
        failed = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        lines = [json.loads(line) for line in Path(file.name).read_text().splitlines()]
    if failed or arguments or not lines:
        return failed
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    head, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, tail = rest.partition(END)
    words = f"{BEGIN}\nMeasured on {now:%Y-%m-%d %H:%M} (Shanghai), {os.cpu_count()} cores.\n\n{table(lines)}\n{END}"
    PAGE.write_text(head + words + tail)
    print(f"Written into {PAGE.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
