"""`script/bench`: how fast the portal is at each size, against the plainest Django page on the same server.

Sizes, subjects and yardstick take turns in short rounds, and ratios are taken round by round, so that what else the
machine does meets all of them alike. Writes docs/performance.md and docs/performance-plans.md.
"""

import argparse
import itertools
import json
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
from tqdm import tqdm

from portal.embedded.services import sweep_throw_away
from tests.benchmarks import report
from tests.benchmarks.load import Ask, Round, Series, cpu_of, fetch, run
from tests.benchmarks.portals import ROOT, Portal, Stand, stand

FULL = {"sizes": [10_000, 100_000, 1_000_000], "rounds": 7, "seconds": 1.5, "posts": 40}
QUICK = {"sizes": [2_000, 10_000], "rounds": 3, "seconds": 0.6, "posts": 15}
FORMS = ("post", "claim")
INSERT = "title=%E4%B8%80%E8%A1%8C"


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sizes", type=int, nargs="+", metavar="WISHES", help="(10000 100000 1000000)")
    parser.add_argument("--rounds", type=int, help="rounds of each subject at each size (7)")
    parser.add_argument("--seconds", type=float, help="length of a round (1.5)")
    parser.add_argument("--posts", type=int, help="forms sent in a round (40)")
    parser.add_argument(
        "--quick", action="store_true", help="2,000 and 10,000 wishes, three short rounds, nothing written"
    )
    parser.add_argument("--only", nargs="+", default=(), metavar="SUBJECT", help="these subjects alone")
    parser.add_argument("--into", type=Path, help="folder of the report (docs; with --quick or --only: nowhere)")
    options = parser.parse_args(arguments)
    usual = QUICK if options.quick else FULL
    for name, value in usual.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    if options.into is None and not options.quick and not options.only:
        options.into = ROOT / "docs"
    return options


def asks_of(found: list[dict[str, Any]]) -> list[Ask]:
    return [Ask(**one) for one in found]


class Measurement:
    """All subjects at all sizes."""

    def __init__(self, it: Stand, options: argparse.Namespace) -> None:
        self.stand, self.options = it, options
        self.postgres = psutil.Process(it.postgres.pid())
        self.results: dict[str, dict[int, tuple[Series, Series]]] = {}
        self.bytes: dict[str, int] = {}

    def wanted(self, subject: str) -> bool:
        return not self.options.only or subject in self.options.only

    def read(self, portals: list[Portal], progress: "tqdm[Any] | None" = None) -> None:
        """Pages, by time."""
        progress = progress or tqdm(disable=True)
        subjects = [name for name in portals[0].staged["asks"] if name != "bare page"]
        for subject in filter(self.wanted, subjects):
            progress.set_description(subject)
            asks = {portal.wishes: asks_of(portal.staged["asks"][subject]) for portal in portals}
            self.bytes[subject] = max(len(fetch(portal.site.port, asks[portal.wishes][0])[1]) for portal in portals)
            bare = {portal.wishes: asks_of(portal.staged["asks"]["bare page"]) for portal in portals}
            mine = {size: itertools.cycle(found) for size, found in asks.items()}
            other = {size: itertools.cycle(found) for size, found in bare.items()}
            self._rounds(subject, portals, mine, other, {"seconds": self.options.seconds}, warm=24)
            progress.update()

    def write(self, portals: list[Portal], progress: "tqdm[Any] | None" = None) -> None:
        """Forms, so many a round. What is claimed was posted just before."""
        if not any(map(self.wanted, FORMS)):
            return
        progress = progress or tqdm(disable=True)
        posts = {portal.wishes: iter(asks_of(portal.staged["posts"])) for portal in portals}
        self._forms("post", portals, posts, self.options.posts)
        progress.update()
        if self.wanted("claim"):
            made = {portal.wishes: asks_of(portal.stage("claims")) for portal in portals}
            for portal in portals:
                portal.staged["claims"] = [asdict(ask) for ask in made[portal.wishes]]
            # A few are left for the plans.
            number = max((min(map(len, made.values())) - 3) // self.options.rounds, 1)
            self._forms("claim", portals, {size: iter(found) for size, found in made.items()}, number)
        progress.update()

    def _forms(self, subject: str, portals: list[Portal], asks: Mapping[int, Iterator[Ask]], number: int) -> None:
        cookies = {portal.wishes: portal.staged["asks"]["bare page"][0]["cookie"] for portal in portals}
        bare = {size: itertools.repeat(Ask("/notes/new/", cookie, INSERT)) for size, cookie in cookies.items()}
        self._rounds(subject, portals, asks, bare, {"count": number}, warm=1)

    def _rounds(
        self,
        subject: str,
        portals: list[Portal],
        asks: Mapping[int, Iterator[Ask]],
        bare: Mapping[int, Iterator[Ask]],
        length: dict[str, Any],
        warm: int,
    ) -> None:
        result = self.results[subject] = {portal.wishes: (Series(), Series()) for portal in portals}
        for portal in portals:
            self._round(portal, asks, {"count": warm})
            self._round(portal, bare, {"count": warm}, bare=True)
        for number in range(self.options.rounds):
            for portal in portals:
                mine, other = result[portal.wishes]
                # Who goes first takes turns as well.
                for first in (True, False):
                    if first == (number % 2 == 0):
                        mine.rounds.append(self._round(portal, asks, length))
                    else:
                        other.rounds.append(self._round(portal, bare, length, bare=True))

    def _round(
        self, portal: Portal, asks: Mapping[int, Iterator[Ask]], length: dict[str, Any], *, bare: bool = False
    ) -> Round:
        site = portal.bare if bare else portal.site
        return run(site.port, asks[portal.wishes], web=site.meter, database=self.postgres, **length)

    def plans(self, portal: Portal) -> dict[str, list[dict[str, str]]]:
        """Queries and plans of each subject: for forms, of one that was not sent yet."""
        asked = {name: found[0] for name, found in portal.staged["asks"].items() if name != "bare page"}
        asked |= {name: found[-1] for name, found in self.spare(portal).items() if found}
        path = self.stand.folder / "asked.json"
        path.write_text(json.dumps(asked))
        found: dict[str, list[dict[str, str]]] = portal.stage("plans", str(path))
        return found

    def spare(self, portal: Portal) -> dict[str, list[dict[str, Any]]]:
        return {"post": portal.staged["posts"], "claim": portal.staged.get("claims", [])}

    def background(self, portal: Portal) -> tuple[float, dict[str, float]]:
        """Start worker and beat: how long a second core is busy with what the forms left to do, and all memory."""
        waiting = len(self.results.get("post", {})) and self.options.rounds * self.options.posts * 2
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        queues = ("--queues=now,bulk", "--concurrency=2")
        worker = self.stand.spawn(portal.env, "celery", "--app=portal.celery", "worker", *queues, *quiet)
        beat = self.stand.spawn(portal.env, "celery", "--app=portal.schedule", "beat", "--pidfile=")
        meter = psutil.Process(worker.pid)
        time.sleep(8)
        before = cpu_of([meter, self.postgres])
        self._wait_until_told(portal)
        spent = cpu_of([meter, self.postgres]) - before
        parts = {"web": portal.site.process.pid, "worker": worker.pid, "beat": beat.pid}
        memory: dict[str, float] = {}
        for name, pid in parts.items():
            family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            infos = [process.memory_full_info() for process in family]
            memory[name] = sum(info.rss for info in infos) / 1e6
            memory[f"{name}{report.ONCE}"] = sum(info.pss for info in infos) / 1e6
        return (1000 * spent / waiting if waiting else 0.0), memory

    def _wait_until_told(self, portal: Portal) -> None:
        database = portal.env["DATABASE_URL"].rsplit("/", 1)[1]
        until = time.monotonic() + 120
        with self.stand.postgres.connect(database) as direct:
            while time.monotonic() < until:
                row = direct.execute("SELECT count(*) FROM portal_delivery WHERE state = 'pending'").fetchone()
                if row and row[0] == 0:
                    return
                time.sleep(0.5)


def measured(it: Stand, options: argparse.Namespace) -> report.Found:
    """Seed every size, then measure all of them."""
    portals = []
    for size in options.sizes:
        print(f"Seeding {size:,} wishes …", flush=True)
        portals.append(it.portal(size, options.posts * options.rounds + 10))
    measurement = Measurement(it, options)
    subjects = len(portals[0].staged["asks"]) - 1 + len(FORMS)
    with tqdm(total=subjects, unit="subject") as progress:
        measurement.read(portals, progress)
        measurement.write(portals, progress)
    plans = measurement.plans(portals[-1])
    locating: dict[str, float] = portals[-1].stage("locating")
    background, memory = measurement.background(portals[-1])
    return report.Found(
        sizes=list(options.sizes),
        results=measurement.results,
        bytes=measurement.bytes,
        queries={name: len(queries) for name, queries in plans.items()},
        plans=plans,
        memory=memory,
        background=background,
        locating=locating,
        facts={portal.wishes: {**portal.staged["facts"], "seconds": int(portal.seconds)} for portal in portals},
        options=options,
    )


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    began = time.monotonic()
    sweep_throw_away()
    with stand() as it:
        found = measured(it, options)
    found.seconds = time.monotonic() - began
    print(report.tables(found))
    if options.into:
        report.write(found, options.into)
        print(f"Written into {options.into}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
