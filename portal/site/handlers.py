"""What the roof does when something happens below: jobs do not know of notices, nor notices of jobs."""

from django.urls import reverse

from grids.roles.domain import Role
from grids.roles.models import Appointment
from portal.deadlines.events import YearMissing
from portal.jobs.events import JobDone, JobFailed
from portal.jobs.models import Job
from portal.notifications.registry import NoticeKind
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import handles
from portal.site.notices import JOB_DONE, JOB_FAILED, YEAR_MISSING


@handles(JobDone, name="site.tell_of_job_done")
def on_job_done(event: Event, payload: JobDone) -> None:
    """Whoever asked for long work hears that it is done."""
    _tell_owner(event, payload.job_id, JOB_DONE)


@handles(JobFailed, name="site.tell_of_job_failed")
def on_job_failed(event: Event, payload: JobFailed) -> None:
    """Whoever asked for long work hears that it did not work out."""
    _tell_owner(event, payload.job_id, JOB_FAILED)


@handles(YearMissing, name="site.tell_of_year_missing")
def on_year_missing(event: Event, payload: YearMissing) -> None:
    """System administrators hear that the coming year's working days are not known."""
    people = Appointment.objects.in_force().filter(role=Role.SYSTEM_ADMINISTRATOR).order_by("user")
    notify(
        event=event,
        kind=YEAR_MISSING.key,
        recipients=list(people.values_list("user", flat=True).distinct()),
        params={"year": str(payload.year)},
        url=reverse("admin:portal_calendaryear_add"),
    )


def _tell_owner(event: Event, job_id: int, kind: NoticeKind) -> None:
    job = Job.objects.filter(pk=job_id).first()
    if job is None or job.owner_id is None:
        return
    notify(
        event=event, kind=kind.key, recipients=[job.owner_id], params={"what": job.label}, url=job.get_absolute_url()
    )
