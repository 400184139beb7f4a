"""Doing the work: one job at a time, each begun at most twice, never two results.

One runner works at a time, under a lock that PostgreSQL lets go of when its process dies. So whoever holds the lock and
finds a job "running" knows that its worker is gone, and begins it again. A worker that lost its connection, and the
lock with it, may still be at work: `attempts` is what tells the runs apart, and only the latest may write.
"""

import contextlib
import logging
import os
import secrets
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import DomainError
from portal.jobs.domain import MAX_ATTEMPTS, PROGRESS_EVERY
from portal.jobs.events import JobDone, JobFailed
from portal.jobs.models import Job, JobState, jobs_folder
from portal.jobs.registry import kind_of
from portal.outbox.services import record

logger = logging.getLogger(__name__)

# Held by the one runner at work; the number says nothing, it only has to be its own.
RUNNER_LOCK = 5_205_003


class Superseded(Exception):
    """Another run of the same job has begun, or its owner left: this one has nothing more to say."""


class Run:
    """One run of a job, as its function sees it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._done = 0
        self._written_at = 0.0
        self.file: Path | None = None
        self.result_name = self.content_type = ""

    @property
    def params(self) -> dict[str, Any]:
        """What was asked for."""
        params: dict[str, Any] = self.job.params
        return params

    @property
    def owner(self) -> User:
        """Who asked. Raises TypeError for a job of the portal's own."""
        if self.job.owner is None:
            raise TypeError(f"{self.job.kind} has no owner")
        return self.job.owner

    def expect(self, total: int) -> None:
        """How much there is to do. Raises Superseded."""
        self._write(total=total)

    def advance(self, count: int = 1) -> None:
        """So much more is done. Call it outside of transactions, else nobody sees it. Raises Superseded."""
        self._done += count
        if time.monotonic() - self._written_at >= PROGRESS_EVERY:
            self._write(done=self._done)

    @contextlib.contextmanager
    def result(self, name: str, *, content_type: str) -> Iterator[IO[bytes]]:
        """A file to write the result to; it becomes the result, whole, when the work ends well. One for each run."""
        self.result_name, self.content_type = name, content_type
        folder = jobs_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.file = folder / f"{self.job.uuid.hex}-{self.job.attempts}-{secrets.token_hex(8)}"
        with self.file.open("xb") as out:
            os.chmod(out.fileno(), 0o600)
            yield out
            out.flush()
            os.fsync(out.fileno())

    def rows(self) -> "QuerySet[Job]":
        """The row of this run; empty once another run has begun."""
        return Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, attempts=self.job.attempts)

    def _write(self, **values: int) -> None:
        if not self.rows().update(**values):
            raise Superseded(self.job.uuid)
        self._written_at = time.monotonic()


def run_waiting(*, seconds: float) -> bool:
    """Do what waits, until nothing does or the time is over; return whether there may be more.

    Does nothing while another process is at it.
    """
    until = time.monotonic() + seconds
    with _alone() as is_alone:
        while is_alone and time.monotonic() < until:
            if not run_next():
                return False
        return is_alone


def run_next(*, now: datetime | None = None) -> bool:
    """Do one job from start to end; False when none waits. Only the holder of the lock calls this."""
    run = _begin(now or timezone.now())
    if run is None:
        return False
    with translation.override(run.job.language):
        _do(run)
    return True


@transaction.atomic
def _begin(now: datetime) -> Run | None:
    """Take the oldest job that waits, or whose worker is gone."""
    unfinished = Job.objects.unfinished().select_for_update(of=("self",), skip_locked=True)
    job = unfinished.select_related("owner").order_by("id").first()
    if job is None:
        return None
    job.state, job.started_at, job.done = JobState.RUNNING, now, 0
    job.attempts += 1
    job.save()
    return Run(job)


def _do(run: Run) -> None:
    try:
        if run.job.attempts > MAX_ATTEMPTS:
            raise GaveUp(_("做到一半停了两次。请过一会儿再试，或请管理员看看。"))
        if run.job.owner is not None and not run.job.owner.is_active:
            raise GaveUp(_("要的人已经离开。"))
        kind_of(run.job.kind).work(run)
        _finish(run)
    except Superseded:
        logger.warning("Job %s was taken over by another run", run.job.uuid)
        _discard(run)
    except DomainError as refusal:
        _fail(run, force_str(refusal.message))
    except SoftTimeLimitExceeded:
        _fail(run, _("这件事太大，规定的时间里没做完。请把范围选小一些。"))
    except Exception:
        logger.exception("Job %s (%s) broke", run.job.uuid, run.job.kind)
        _discard(run)
        if run.job.attempts < MAX_ATTEMPTS:
            run.rows().update(state=JobState.WAITING)
        else:
            _fail(run, _("这边出了点问题，没做成。请过一会儿再试，或请管理员看看。"))


class GaveUp(DomainError):
    """The work is not tried again; the message says why."""


@transaction.atomic
def _finish(run: Run) -> None:
    """Result, state and event in one transaction: seen together or not at all. Raises Superseded."""
    job = run.rows().select_for_update().first()
    if job is None:
        raise Superseded(run.job.uuid)
    now = timezone.now()
    job.state, job.finished_at = JobState.DONE, now
    job.done = job.total = max(job.total, run._done)
    if run.file is not None:
        job.file_name, job.size = run.file.name, run.file.stat().st_size
        job.result_name, job.content_type = run.result_name, run.content_type
        kept = kind_of(job.kind).kept
        job.expires_at = now + kept if kept is not None else None
    job.save()
    record(JobDone(job_id=job.pk, kind=job.kind), subject=job, actor=job.owner)


@transaction.atomic
def _fail(run: Run, words: str) -> None:
    _discard(run)
    job = run.rows().select_for_update().first()
    if job is None:
        return
    job.state, job.finished_at, job.error = JobState.FAILED, timezone.now(), words[:300]
    job.done = run._done
    job.save()
    record(JobFailed(job_id=job.pk, kind=job.kind), subject=job, actor=job.owner)


def _discard(run: Run) -> None:
    if run.file is not None:
        run.file.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is in here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [RUNNER_LOCK])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [RUNNER_LOCK])
