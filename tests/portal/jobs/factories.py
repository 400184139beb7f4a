"""Kinds of jobs for these tests, and jobs that have come to different ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal.accounts.models import User
from portal.jobs import registry, running
from portal.jobs.models import Job
from portal.jobs.registry import Work, job_kind
from portal.jobs.running import Run
from portal.jobs.services import start_job

LINES = b"\xef\xbb\xbf1\r\n2\r\n3\r\n"
COUNT = "tests.count"


def count_to_three(run: Run) -> None:
    """Writes three lines."""
    run.expect(3)
    with run.result("三行.csv", content_type="text/csv; charset=utf-8") as out:
        out.write(b"\xef\xbb\xbf")
        for number in (1, 2, 3):
            out.write(f"{number}\r\n".encode())
            run.advance()


@contextmanager
def declared(work: Work = count_to_three, key: str = COUNT, **options: object) -> Iterator[None]:
    """A kind of job that exists inside of the block."""
    job_kind(key, label="数到三", **options)(work)  # type: ignore[arg-type]
    try:
        yield
    finally:
        registry._kinds.pop(key)


def finished_job(*, owner: User) -> Job:
    """A job of the test's own kind, done, with its file."""
    with declared():
        job = start_job(actor=owner, kind=COUNT, params={})
        running.run_next()
    job.refresh_from_db()
    return job
