"""What the roof does when something happens below: jobs do not know of notices, nor notices of jobs."""

from portal.jobs.events import JobDone, JobFailed
from portal.jobs.models import Job
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import handles
from portal.site.notices import JOB_DONE, JOB_FAILED


@handles(JobDone, JobFailed, name="site.tell_owner_of_job")
def tell_owner(event: Event, payload: JobDone | JobFailed) -> None:
    """Whoever asked for long work hears how it ended."""
    job = Job.objects.filter(pk=payload.job_id, owner__isnull=False).first()
    if job is None or job.owner_id is None:
        return
    kind = JOB_DONE if isinstance(payload, JobDone) else JOB_FAILED
    notify(
        event=event, kind=kind.key, recipients=[job.owner_id], params={"what": job.label}, url=job.get_absolute_url()
    )
