"""Keeping results only as long as promised, and no file that no job speaks of."""

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.jobs.models import Job, JobState, jobs_folder

# A file without its row is one of a run that died; no run lasts this long.
ORPHAN_AGE = timedelta(hours=1)
AT_ONCE = 500


def expire(*, now: datetime | None = None) -> int:
    """Remove results whose time is over; return how many."""
    now = now or timezone.now()
    due = list(Job.objects.filter(state=JobState.DONE, expires_at__lte=now).values_list("pk", flat=True)[:AT_ONCE])
    return sum(_remove_result(pk) for pk in due)


@transaction.atomic
def _remove_result(pk: int) -> bool:
    job = Job.objects.select_for_update().filter(pk=pk, state=JobState.DONE).first()
    if job is None:
        return False
    path = job.result_path if job.file_name else None
    job.state, job.file_name = JobState.EXPIRED, ""
    job.save()
    if path is not None:
        transaction.on_commit(lambda: path.unlink(missing_ok=True), robust=True)
    return True


def remove_orphans(*, now: datetime | None = None) -> int:
    """Remove files that no job speaks of; return how many."""
    folder = jobs_folder()
    if not folder.is_dir():
        return 0
    before = ((now or timezone.now()) - ORPHAN_AGE).timestamp()
    old: dict[str, Path] = {path.name: path for path in folder.iterdir() if path.stat().st_mtime < before}
    known = set(Job.objects.filter(file_name__in=list(old)).values_list("file_name", flat=True))
    orphans = [path for name, path in old.items() if name not in known]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


@transaction.atomic
def forget(*, user: User) -> None:
    """What a person asked for who erases their data: no result remains, and nothing is begun for them any more."""
    jobs = Job.objects.filter(owner=user)
    for pk in jobs.filter(state=JobState.DONE).values_list("pk", flat=True):
        _remove_result(pk)
    jobs.unfinished().update(state=JobState.EXPIRED)
    jobs.update(params={}, unique_key=None)
