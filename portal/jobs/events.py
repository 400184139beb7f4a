"""What happens to long work."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("jobs.job.started", label=_("要求做一件后台任务"), visibility=Visibility.AUDIT)
class JobStarted(Payload):
    """Somebody asked for long work."""

    job_id: int
    kind: str


@event("jobs.job.done", label=_("后台任务做好了"), visibility=Visibility.AUDIT)
class JobDone(Payload):
    """The work is done; its result, if it has one, waits to be fetched."""

    job_id: int
    kind: str


@event("jobs.job.failed", label=_("后台任务没做成"), visibility=Visibility.AUDIT)
class JobFailed(Payload):
    """The work was given up; the job says why."""

    job_id: int
    kind: str


@event("jobs.job.fetched", label=_("下载后台任务的结果"), visibility=Visibility.AUDIT)
class JobFetched(Payload):
    """The owner fetched the result."""

    job_id: int
    kind: str
