"""Clients that ask as fast as they are answered, and what their asking cost the machine."""

import http.client
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock

import psutil

CLIENTS = 4
TOKEN = "b" * 32  # what a form and its cookie have in common


@dataclass(frozen=True)
class Ask:
    """One request: a page, or a form sent by somebody who has its token."""

    path: str
    cookie: str
    form: str | None = None


@dataclass
class Round:
    """What one short round of requests came to. Times in seconds."""

    elapsed: float
    latencies: list[float]
    app_cpu: float
    db_cpu: float

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.elapsed


@dataclass
class Series:
    """All rounds of one subject at one size."""

    rounds: list[Round] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(one.latencies) for one in self.rounds)

    @property
    def rate(self) -> float:
        return statistics.median(one.rate for one in self.rounds)

    def percentile(self, share: float) -> float:
        """The latency that this share of requests stays under, in milliseconds."""
        ordered = sorted(latency for one in self.rounds for latency in one.latencies)
        return 1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    @property
    def app_ms(self) -> float:
        """Processor time of the web workers a request, in milliseconds."""
        return 1000 * sum(one.app_cpu for one in self.rounds) / self.count

    @property
    def db_ms(self) -> float:
        """Processor time of PostgreSQL a request, in milliseconds."""
        return 1000 * sum(one.db_cpu for one in self.rounds) / self.count


def ratio(subject: Series, yardstick: Series, of: Callable[[Round], float] = lambda one: one.rate) -> float:
    """The median of what the rounds say, each compared with the yardstick's round beside it."""
    return statistics.median(of(a) / of(b) for a, b in zip(subject.rounds, yardstick.rounds, strict=True))


def cpu_of(processes: Iterable[psutil.Process]) -> float:
    """Seconds of processor time these processes and their children have used, those that have ended among them."""
    total = 0.0
    for parent in processes:
        for process in (parent, *parent.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += sum(process.cpu_times()[:4])
    return total


class WrongAnswer(RuntimeError):
    """A measured request was not answered as it should be: the measure would be worth nothing."""


def fetch(port: int, ask: Ask) -> tuple[int, bytes]:
    """Status and content of one answer, by a connection of its own: sync workers keep none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"sessionid={ask.cookie}; csrftoken={TOKEN}"}
    try:
        if ask.form is None:
            connection.request("GET", ask.path, headers=headers)
        else:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://127.0.0.1:{port}/",
            }
            connection.request("POST", ask.path, f"csrfmiddlewaretoken={TOKEN}&{ask.form}", headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def run(
    port: int,
    asks: Iterator[Ask],
    *,
    web: psutil.Process,
    database: psutil.Process,
    seconds: float | None = None,
    count: int | None = None,
) -> Round:
    """Ask for so many seconds, or so many times. Raises WrongAnswer for all but a page, or a redirect after a form."""
    lock = Lock()
    latencies: list[float] = []
    left = [count if count is not None else 10**9]

    def next_ask() -> Ask | None:
        with lock:
            if left[0] <= 0 or (seconds is not None and time.perf_counter() - began > seconds):
                return None
            left[0] -= 1
            return next(asks)

    def client(_: int) -> None:
        mine = []
        while (ask := next_ask()) is not None:
            start = time.perf_counter()
            status, body = fetch(port, ask)
            mine.append(time.perf_counter() - start)
            if status != (200 if ask.form is None else 302):
                raise WrongAnswer(f"{ask.path}: {status}\n{body.decode(errors='replace')[:3000]}")
        with lock:
            latencies.extend(mine)

    app_before, db_before = cpu_of([web]), cpu_of([database])
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    elapsed = time.perf_counter() - began
    return Round(elapsed, latencies, cpu_of([web]) - app_before, cpu_of([database]) - db_before)
