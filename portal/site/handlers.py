"""What the roof does when something happens below: jobs do not know of notices, nor notices of jobs."""

from portal.jobs.events import JobDone, JobFailed
from portal.jobs.models import Job
from portal.notifications.registry import NoticeKind
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import handles
from portal.site.notices import JOB_DONE, JOB_FAILED


@handles(JobDone, name="site.tell_of_job_done")
def on_job_done(event: Event, payload: JobDone) -> None:
    """Whoever asked for long work hears that it is done."""
    _tell_owner(event, payload.job_id, JOB_DONE)


@handles(JobFailed, name="site.tell_of_job_failed")
def on_job_failed(event: Event, payload: JobFailed) -> None:
    """Whoever asked for long work hears that it did not work out."""
    _tell_owner(event, payload.job_id, JOB_FAILED)


def _tell_owner(event: Event, job_id: int, kind: NoticeKind) -> None:
    job = Job.objects.filter(pk=job_id).first()
    if job is None or job.owner_id is None:
        return
    notify(
        event=event, kind=kind.key, recipients=[job.owner_id], params={"what": job.label}, url=job.get_absolute_url()
    )
