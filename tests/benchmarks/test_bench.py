"""The measurement runs from beginning to end, on so few rows that its figures mean nothing."""

from pathlib import Path

from tests.benchmarks import report
from tests.benchmarks.__main__ import Measurement, parse
from tests.benchmarks.load import Round, Series, ratio
from tests.benchmarks.portals import Stand
from tests.portal_server import PRISTINE, PortalServer

SMALL = ("--sizes", "200", "--rounds", "1", "--seconds", "0.1", "--posts", "2")


def test_the_command_measures_and_writes(portal_processes: PortalServer, tmp_path: Path) -> None:
    options = parse([*SMALL, "--only", "list", "coverage", "post", "claim"])
    stand = Stand(portal_processes.services, template=PRISTINE)
    try:
        portal = stand.portal(200, 14)
        measurement = Measurement(stand, options)
        measurement.read([portal])
        measurement.write([portal])
        plans = measurement.plans(portal)
    finally:
        stand.stop()
    found = report.Found(
        sizes=[200],
        results=measurement.results,
        bytes=measurement.bytes,
        queries={name: len(queries) for name, queries in plans.items()},
        plans=plans,
        memory={"web": 1.0},
        background=0.0,
        facts={200: portal.staged["facts"]},
        locating={"grids": 10_000.0, "build": 900.0, "p50": 1.4, "p95": 2.9},
        options=options,
    )
    (tmp_path / "performance.md").write_text(f"# Performance\n{report.MARK}\n## Kept\n")
    report.write(found, tmp_path)
    page = (tmp_path / "performance.md").read_text()
    assert "| list | ratio ≥ 0.4 |" in page
    assert "| coverage | ratio ≥ 0.3 |" in page
    assert "| claim | ratio ≥ 0.25 |" in page
    assert "| the grid of a point, 10,000 grids | p50 < 1 ms | 1.40 ms | **no** |" in page
    assert page.endswith("## Kept\n")
    assert "Index Scan" in (tmp_path / "performance-plans.md").read_text()


def test_ratio_compares_rounds_that_stood_side_by_side() -> None:
    """A machine that was busy in one round was so for both."""
    mine = Series([Round(1, [0.1] * count, 0.5, 0.5) for count in (40, 4, 40)])
    other = Series([Round(1, [0.1] * count, 0.1, 0.1) for count in (80, 8, 80)])
    assert ratio(mine, other) == 0.5
    assert mine.rate == 40
    assert round(mine.percentile(0.5)) == 100
