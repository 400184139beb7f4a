"""What a measurement found, as docs/performance.md and docs/performance-plans.md."""

import argparse
import os
import platform
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from tests.benchmarks.load import CLIENTS, Series, ratio
from tests.benchmarks.portals import POSTGRES, ROOT

PAGE_TARGET, NET_TARGET, FORM_TARGET = 0.4, 0.3, 0.25
GROWTH_TARGET, QUERY_TARGET, MEMORY_TARGET, LOOKUP_TARGET = 1.2, 12, 600, 1.0
ONCE = ", shared pages counted once"
FORMS = ("post", "claim")
# Pages about the net of grids, which is the same at every number of wishes.
NET = ("coverage", "at a glance")
# The least share of the yardstick's speed; subjects that are not here have none.
TARGETS = {
    **dict.fromkeys(("list", "deep page", "search, two characters", "detail"), PAGE_TARGET),
    **dict.fromkeys(NET, NET_TARGET),
    **dict.fromkeys(FORMS, FORM_TARGET),
}
MARK = "<!-- faults -->"
TEMPLATE = Path(__file__).with_name("performance.template.md")


@dataclass
class Found:
    """Everything a run measured. `results` has, by subject and size, the subject's series and the yardstick's."""

    sizes: list[int]
    results: dict[str, dict[int, tuple[Series, Series]]]
    bytes: dict[str, int]
    queries: dict[str, int]
    plans: dict[str, list[dict[str, str]]]
    memory: dict[str, float]
    background: float
    facts: dict[int, dict[str, int]]
    locating: dict[str, float]
    options: argparse.Namespace
    seconds: float = 0.0


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join('---' for _ in head)}|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def cpu(one: Series) -> float:
    return one.app_ms + one.db_ms


def cpu_ratio(mine: Series, bare: Series) -> str:
    """How much less processor time the yardstick takes; a dash where a run was too short for the system's ticks."""
    return f"{cpu(bare) / cpu(mine):.2f}" if cpu(mine) else "–"


def speed(found: Found) -> str:
    """One line for each subject and size."""
    head = ["", "wishes", "a second", "yardstick", "ratio", "p50 ms", "p95 ms", "CPU app ms", "CPU db ms", "CPU ratio"]
    rows = []
    for subject, by_size in found.results.items():
        for size, (mine, bare) in by_size.items():
            name = f"**{subject}**" if size == found.sizes[0] else ""
            figures = [f"{mine.rate:.0f}", f"{bare.rate:.0f}", f"{ratio(mine, bare):.2f}"]
            times = [f"{mine.percentile(share):.0f}" for share in (0.5, 0.95)]
            spent = [f"{mine.app_ms:.1f}", f"{mine.db_ms:.1f}", cpu_ratio(mine, bare)]
            rows.append([name, f"{size:,}", *figures, *times, *spent])
    return table(head, rows)


def growth(mine: dict[int, tuple[Series, Series]], small: int, large: int) -> float:
    """p50 at the large size by p50 at the small one. Rounds of both stood side by side."""
    return mine[large][0].percentile(0.5) / mine[small][0].percentile(0.5)


def verdicts(found: Found) -> str:
    """Each target, whether it is met, and by how much."""
    small, large = found.sizes[0], found.sizes[-1]
    rows = []
    for subject, by_size in found.results.items():
        value = ratio(*by_size[large])
        grown = growth(by_size, small, large)
        count = found.queries.get(subject)
        if least := TARGETS.get(subject):
            rows.append([subject, f"ratio ≥ {least}", f"{value:.2f}", yes(value >= least)])
        rows.append([subject, f"p50 ≤ {GROWTH_TARGET} × at {small:,}", f"{grown:.2f} ×", yes(grown <= GROWTH_TARGET)])
        if count is not None and subject not in FORMS:
            rows.append([subject, f"≤ {QUERY_TARGET} queries", str(count), yes(count <= QUERY_TARGET)])
    name, taken = f"the grid of a point, {found.locating['grids']:,.0f} grids", found.locating["p50"]
    rows.append([name, f"p50 < {LOOKUP_TARGET:.0f} ms", f"{taken:.2f} ms", yes(taken < LOOKUP_TARGET)])
    # Processes made of one another share most of their pages: what they occupy together counts each page once.
    total = sum(amount for name, amount in found.memory.items() if name.endswith(ONCE))
    rows.append(
        [
            "web + worker + beat, shared pages counted once",
            f"≤ {MEMORY_TARGET} MB",
            f"{total:.0f} MB",
            yes(total <= MEMORY_TARGET),
        ]
    )
    return table(["", f"target at {large:,} wishes", "measured", "met"], rows)


def yes(met: bool) -> str:
    return "yes" if met else "**no**"


def weights(found: Found) -> str:
    rows = [
        [name, str(count), f"{found.bytes[name]:,}" if name in found.bytes else "–"]
        for name, count in found.queries.items()
    ]
    return table(["", "queries", "bytes of HTML, uncompressed"], rows)


def memory(found: Found) -> str:
    return table(["process and its children", "MB"], [[name, f"{amount:.0f}"] for name, amount in found.memory.items()])


def sizes(found: Found) -> str:
    names = list(next(iter(found.facts.values())))
    rows = [[f"{size:,}", *(f"{facts[name]:,}" for name in names)] for size, facts in found.facts.items()]
    return table(["wishes", *names], rows)


def tables(found: Found) -> str:
    """For the terminal."""
    return f"\n{speed(found)}\n\n{verdicts(found)}\n\n{weights(found)}\n\n{memory(found)}\n"


def machine() -> str:
    cpus = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*:\s*(.+)", cpus)
    name = model[1] if model else platform.processor()
    memory_gb = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores ({name}), {memory_gb:.0f} GB, {platform.system()} {platform.release()}"


def versions() -> str:
    found = {name: version(name) for name in ("django", "gunicorn", "psycopg", "celery")}
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    parts = [f"Python {platform.python_version()}", *(f"{name} {number}" for name, number in found.items())]
    return f"commit {commit}; {', '.join(parts)}, PostgreSQL 18, Valkey 9"


def page(found: Found) -> str:
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    options = found.options
    settings = ", ".join(f"{name} {value}" for name, value in POSTGRES.items())
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return TEMPLATE.read_text().format(
        when=f"{now:%Y-%m-%d %H:%M}",
        minutes=f"{found.seconds / 60:.0f}",
        machine=machine(),
        versions=versions(),
        load=load,
        verdicts=verdicts(found),
        speed=speed(found),
        clients=CLIENTS,
        rounds=options.rounds,
        seconds=options.seconds,
        posts=options.posts,
        settings=settings,
        background=f"{found.background:.0f}",
        weights=weights(found),
        memory=memory(found),
        sizes=sizes(found),
        **{f"locating_{name}": f"{value:,.2f}" for name, value in found.locating.items() if name != "grids"},
        locating_grids=f"{found.locating['grids']:,.0f}",
        mark=MARK,
    )


def plans_page(found: Found) -> str:
    parts = [
        "# Query plans\n\n"
        f"Written by `script/bench` at {found.sizes[-1]:,} wishes; do not edit by hand. Queries that several pages "
        "share (session, user, roles, unread messages) stand where they come first.\n"
    ]
    seen: set[str] = set()
    for subject, queries in found.plans.items():
        parts.append(f"\n## {subject}\n")
        for query in queries:
            words = shortened(query["sql"])
            if words in seen or not query["plan"]:
                continue
            seen.add(words)
            parts.append(f"\n```sql\n{words}\n```\n\n```\n{query['plan']}\n```\n")
    return "".join(parts)


def shortened(sql: str) -> str:
    """The query without the columns it reads and without the values it was asked with."""
    sql = re.sub(r"^SELECT (DISTINCT )?.*? FROM ", r"SELECT \1… FROM ", " ".join(sql.split()))
    return sql if len(sql) < 1200 else f"{sql[:1200]} …"


def write(found: Found, folder: Path) -> None:
    """Both pages; the table of faults that stands at the end of the first is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "performance.md"
    kept = target.read_text().partition(MARK)[2] if target.exists() else ""
    target.write_text(page(found).rstrip() + (f"\n{kept.strip()}\n" if kept.strip() else "\n"))
    (folder / "performance-plans.md").write_text(plans_page(found))
