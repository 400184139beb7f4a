"""Taking an import back: whole lines, in one transaction; what else has come to stand on stays, and is named."""

from django.db import transaction
from django.utils.translation import gettext as _

from grids.bodies.units import leave_units
from grids.districts import policies
from grids.districts.domain import ImportState, RowState
from grids.districts.events import ImportUndone
from grids.districts.models import DistrictImport, ImportRow
from grids.districts.standing import Remainder, what_remains
from grids.roles.appointing import take_back
from grids.roles.handlers import told_of
from grids.roles.models import Appointment
from grids.roles.queries import forget
from grids.territory.planting import remove_places
from grids.territory.tree import lock_place
from portal.accounts.models import User
from portal.accounts.opening import withdraw_accounts
from portal.errors import Conflict, NotAllowed
from portal.jobs.running import Run
from portal.outbox.services import record
from portal.postgresql.base import ReferenceGone

TRIES = 3


def undo(run: Run) -> None:
    """The work of the job. It is one step: half of an import taken back would help nobody."""
    actor = run.owner
    forget(actor)
    batch = DistrictImport.objects.select_related("territory").get(pk=run.params["import"])
    total = batch.rows.filter(state__in=(RowState.DONE, RowState.KEPT)).count()
    run.expect(total)
    for _again in range(TRIES):
        try:
            take_import_back(actor=actor, batch=batch)
            break
        except ReferenceGone:
            # Something was put on one of the places while they were being removed: now it is seen, and keeps its place.
            continue
    else:
        raise Conflict(_("一直有人在往这些网格里放东西，没撤成。请过一会儿再撤一次。"))
    run.advance(total)


@transaction.atomic
def take_import_back(*, actor: User, batch: DistrictImport) -> Remainder:
    """Ends the appointments, closes accounts nobody used, removes the places; all of them or none.

    Raises NotAllowed; Conflict where something came to stand on one of them at the last moment.
    """
    batch = DistrictImport.objects.select_for_update(of=("self",)).select_related("territory").get(pk=batch.pk)
    if not policies.may_undo(actor, batch):
        raise NotAllowed(_("只有这个区的系统管理员或安全管理员可以撤销。"))
    if batch.state != ImportState.UNDOING:
        return Remainder()
    for code in batch.rows.exclude(community="").order_by("community").values_list("community", flat=True).distinct():
        lock_place(code)
    left = what_remains(batch, hold=True)
    take_back(actor=actor, appointments=left.appointments, reason=_("撤销导入"))
    leave_units(actor=actor, appointments=left.appointments)
    gone = [place.pk for place in left.places]
    # Of places that go, nothing may remain that points there; that there were these offices stays in the events.
    vanishing = Appointment.objects.filter(pk__in=left.appointments, territory__in=gone)
    told = told_of(vanishing.values_list("pk", flat=True))
    vanishing.delete()
    ImportRow.objects.filter(batch=batch, place__in=gone).update(place=None)
    remove_places(actor=actor, places=left.places)
    closed = withdraw_accounts(actor=actor, users=left.accounts)
    _mark(batch, left)
    batch.state = ImportState.UNDONE
    batch.save(update_fields=["state"])
    event = ImportUndone(
        import_id=batch.pk,
        places=len(gone),
        appointments=len(left.appointments),
        accounts=closed,
        kept=len(left.kept),
        told=tuple(told),
    )
    record(event, subject=batch, actor=actor)
    return left


def _mark(batch: DistrictImport, left: Remainder) -> None:
    """Each line says whether what it made is gone, or why it stays. What still waited waits no longer."""
    made = batch.rows.filter(state__in=(RowState.DONE, RowState.KEPT))
    made.exclude(pk__in=left.kept).update(state=RowState.UNDONE, problems=[])
    kept = list(batch.rows.filter(pk__in=left.kept))
    for row in kept:
        row.state = RowState.KEPT
        row.problems = [["", "", words, _("要撤掉，先处理好这一条，再撤销一次。")] for words in left.kept[row.pk]]
    ImportRow.objects.bulk_update(kept, ["state", "problems"], batch_size=500)
    batch.rows.filter(state=RowState.READY).update(state=RowState.REFUSED, data={})
