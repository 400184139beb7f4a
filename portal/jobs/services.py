"""Asking for long work, and fetching what came of it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.errors import Conflict, NotAllowed
from portal.jobs.domain import MAX_OPEN
from portal.jobs.events import JobFetched, JobStarted
from portal.jobs.models import Job, JobState
from portal.jobs.registry import kind_of
from portal.outbox.services import record
from portal.outbox.wake import after_commit

WORK = "portal.jobs.tasks.work"


@transaction.atomic
def start_job(
    *,
    actor: User | None,
    kind: str,
    params: Mapping[str, Any],
    unique_key: str | None = None,
    at: datetime | None = None,
) -> Job:
    """Ask for long work; it begins after commit, in the background, in the language of who asks.

    `params` are JSON values without personal data. The portal itself asks with `actor=None`. With a `unique_key` the
    work is asked for once: later calls return the first job. Raises UnknownKind; Conflict when the person has too many
    jobs that are not finished.
    """
    definition = kind_of(kind)
    if actor is not None:
        _check_share(actor)
    values = {
        "kind": definition.key,
        "owner": actor,
        "params": dict(params),
        "language": get_language() or "zh-hans",
        "created_at": at or timezone.now(),
    }
    if unique_key is None:
        job, is_new = Job.objects.create(**values), True
    else:
        job, is_new = Job.objects.get_or_create(unique_key=unique_key, defaults=values)
    if is_new:
        record(JobStarted(job_id=job.pk, kind=job.kind), subject=job, actor=actor, at=at)
        after_commit(WORK)
    return job


def _check_share(actor: User) -> None:
    """At most `MAX_OPEN` at a time; under a lock, so that two requests at once count one after the other."""
    User.objects.select_for_update().only("pk").get(pk=actor.pk)
    if Job.objects.filter(owner=actor).unfinished().count() >= MAX_OPEN:
        raise Conflict(_("您要的前几件还没做完，等做好了再来要。"), code="too_many_jobs")


@transaction.atomic
def fetch_result(*, actor: User, job: Job, at: datetime | None = None) -> Path:
    """The file of a finished job, for its owner; each time it is written down.

    Raises `Conflict` when it is not done yet or no longer kept, `NotAllowed` when a right it needs has ended.
    """
    now = at or timezone.now()
    if job.owner_id != actor.pk:
        raise NotAllowed(_("这份文件只有要的人自己可以下载。"))
    if job.state == JobState.EXPIRED or (job.expires_at is not None and job.expires_at <= now):
        raise Conflict(_("这份文件过了保留期，已经删掉了。需要的话请重新做一份。"), code="job_expired")
    if not job.has_result:
        raise Conflict(_("这件事还没有可以下载的文件。"), code="job_without_result")
    may_fetch = job.definition.may_fetch if job.definition else None
    if may_fetch is not None and not may_fetch(actor, job):
        raise NotAllowed(_("您现在的职务不能再看这份文件了。"))
    record(JobFetched(job_id=job.pk, kind=job.kind), subject=job, actor=actor, at=at)
    return job.result_path


def own_job(*, actor: User, uuid: UUID) -> Job | None:
    """A person's own job; None for those of others, as for those that do not exist."""
    return Job.objects.filter(owner=actor, uuid=uuid).first()
