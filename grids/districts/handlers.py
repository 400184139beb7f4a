"""Reactions: the other administrator learns that a list waits; who was told of an office learns that it is none."""

from django.urls import reverse

from grids.districts.domain import Part
from grids.districts.events import ImportRan, ImportUndone
from grids.districts.models import DistrictImport
from grids.districts.services import BRING_IN, UNDO, settle_interrupted
from grids.roles.domain import Role
from grids.roles.queries import nearest_holders
from portal.jobs.events import JobFailed
from portal.jobs.models import Job
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import handles


@handles(ImportRan, name="grids.tell_of_waiting_list")
def tell_of_waiting_list(event: Event, payload: ImportRan) -> None:
    """The net is there: the security administrators of the place are asked for their word on the people."""
    batch = DistrictImport.objects.select_related("territory").get(pk=payload.import_id)
    if batch.next_part() != Part.STAFF:
        return
    people = [person.pk for person in nearest_holders({Role.SECURITY_ADMINISTRATOR}, batch.territory)]
    notify(
        event=event,
        kind="grids.import_waits",
        recipients=people,
        params={"place": batch.territory.name},
        url=batch.get_absolute_url(),
    )


@handles(JobFailed, name="grids.settle_interrupted_import")
def settle_interrupted_import(event: Event, payload: JobFailed) -> None:
    """Work that was given up half-way stands as interrupted, and can be asked for again."""
    if payload.kind in (BRING_IN, UNDO):
        settle_interrupted(job=Job.objects.get(pk=payload.job_id))


@handles(ImportUndone, name="grids.tell_of_undone_import")
def tell_of_undone_import(event: Event, payload: ImportUndone) -> None:
    """Whoever had been told of an office that is gone without a trace."""
    batch = DistrictImport.objects.select_related("territory").get(pk=payload.import_id)
    notify(
        event=event,
        kind="grids.import_undone",
        recipients=payload.told,
        params={"place": batch.territory.name},
        url=reverse("home"),
    )
