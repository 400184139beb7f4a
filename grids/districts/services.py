"""Use cases: a district's sheets are looked over, brought in with two people's words, and taken back."""

from collections.abc import Iterable
from datetime import datetime
from typing import IO, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.districts import policies
from grids.districts.checking import Checker, Looked
from grids.districts.domain import KEPT, PART_OF, ImportState, Part, RowState, Sheet
from grids.districts.events import FaultsTaken, ImportBegun, ImportChecked, UndoBegun
from grids.districts.faults import fault_workbook
from grids.districts.models import IMPORTERS, DistrictImport, ImportRow
from grids.districts.workbook import read_workbooks
from grids.roles.queries import paths_of
from grids.territory.domain import STEP, Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Conflict, NotAllowed
from portal.jobs.models import Job
from portal.jobs.services import start_job
from portal.outbox.services import audit

BRING_IN = "grids.district_import"
UNDO = "grids.district_undo"


@transaction.atomic
def check_workbooks(*, actor: User, files: Iterable[tuple[str, IO[bytes], int]]) -> DistrictImport:
    """Looks the sheets over, given as name, file and size; nothing is brought in yet.

    Raises `Invalid` (field "file") for what cannot be read, `NotAllowed`.
    """
    if not policies.may_upload(actor):
        raise NotAllowed(_("只有系统管理员和安全管理员可以导入。"))
    given = list(files)
    rows = Checker(actor, read_workbooks(given)).check()
    wrong = sum(row.state == RowState.WRONG for row in rows)
    batch = DistrictImport.objects.create(
        territory=_extent(actor, rows),
        uploaded_by=actor,
        files="、".join(name for name, _file, _size in given)[:300],
        state=ImportState.FAULTY if wrong else ImportState.READY,
    )
    ImportRow.objects.bulk_create([_kept(batch, row, sound=not wrong) for row in rows], batch_size=1000)
    if not wrong:
        _forget_mended(batch)
        if batch.next_part() is None:
            batch.state = ImportState.DONE
            batch.save(update_fields=["state"])
    audit(ImportChecked(import_id=batch.pk, rows=len(rows), wrong=wrong), subject=batch, actor=actor)
    return batch


def _forget_mended(batch: DistrictImport) -> None:
    """Contents of earlier lists with mistakes go as soon as the same person's next one for the place is sound."""
    faulty = DistrictImport.objects.filter(uploaded_by=batch.uploaded_by, state=ImportState.FAULTY)
    ImportRow.objects.filter(batch__in=faulty.filter(territory=batch.territory)).update(data={})


def _kept(batch: DistrictImport, row: Looked, *, sound: bool) -> ImportRow:
    """The line as it waits. Of a file with mistakes its cells are kept, for the list to mend; of what changes nothing,
    nothing."""
    data = row.data if sound and row.state == RowState.READY else {}
    if not sound:
        about: dict[str, Any] = {key: row.data[key] for key in ("phone", "legal_name", "role") if key in row.data}
        data = {**about, "cells": {key: text for key, text in row.filled.cells.items() if text}}
    return ImportRow(
        batch=batch,
        sheet=row.filled.sheet,
        line=row.filled.line,
        state=row.state,
        label=row.label[:120],
        community=row.community.code if row.community else "",
        data=data,
        problems=[list(problem) for problem in row.problems],
        place=row.there if sound else None,
    )


def _extent(actor: User, rows: list[Looked]) -> Territory:
    """The narrowest place from the district up that holds all communities of the sheets; else where the actor works."""
    paths = [str(row.community.path) for row in rows if row.community is not None]
    paths = paths or paths_of(actor, IMPORTERS)[:1]
    depth = int(Level.DISTRICT)
    while depth > 1 and len({path[: depth * STEP] for path in paths}) > 1:
        depth -= 1
    return Territory.objects.get(path=paths[0][: depth * STEP])  # type: ignore[no-any-return]


@transaction.atomic
def take_faults(*, actor: User, batch: DistrictImport) -> bytes:
    """The sheets as they were filled in, with what is wrong beside each line, as a workbook to mend and upload again.

    It names people, so that it was taken is written down. Raises `NotAllowed`; `Conflict` where nothing is to be mended
    or the list is gone.
    """
    if not policies.may_undo(actor, batch):
        raise NotAllowed(_("只有系统管理员和安全管理员可以导入。"))
    rows = list(batch.rows.exclude(data={}).order_by("sheet", "line")) if batch.state == ImportState.FAULTY else []
    if not rows:
        raise Conflict(_("这张表没有要改的，或者内容已经删掉了。"), code="no_faults")
    audit(FaultsTaken(import_id=batch.pk, rows=len(rows)), subject=batch, actor=actor)
    return fault_workbook(rows)


@transaction.atomic
def bring_in(*, actor: User, batch: DistrictImport) -> Job:
    """Has what waits next brought in, the net or the staff; asked again, the same job.

    Raises `NotAllowed` where the other administrator's word is needed, `Conflict` where nothing waits.
    """
    batch = _held(batch)
    part = batch.next_part()
    if part is None:
        running = batch.job
        if batch.state == ImportState.RUNNING and running is not None and running.owner_id == actor.pk:
            return running
        raise Conflict(_why_not(batch), code="nothing_ready")
    if not policies.may_bring_in(actor, batch, part):
        words = {
            Part.NET: _("网格和楼栋由这个区的系统管理员确认导入。"),
            Part.STAFF: _("人员和任职由这个区的安全管理员确认导入。"),
        }
        raise NotAllowed(words[part])
    ready = batch.counts_ready(part)
    job = start_job(actor=actor, kind=BRING_IN, params={"import": batch.pk, "part": str(part)})
    if part == Part.NET:
        batch.net_job = job
    else:
        batch.staff_job = job
    batch.state = ImportState.RUNNING
    batch.save()
    audit(ImportBegun(import_id=batch.pk, part=str(part), rows=ready), subject=batch, actor=actor)
    return job


def sheets_of(part: Part) -> list[Sheet]:
    """The sheets that belong to a part."""
    return [sheet for sheet, belongs in PART_OF.items() if belongs == part]


@transaction.atomic
def undo_import(*, actor: User, batch: DistrictImport) -> Job:
    """Has everything the import made taken back, as far as nothing else stands on it; asked again, the same job.

    Raises `NotAllowed`, `Conflict` where nothing was brought in or something is just being done.
    """
    batch = _held(batch)
    if not policies.may_undo(actor, batch):
        raise NotAllowed(_("只有这个区的系统管理员或安全管理员可以撤销。"))
    if batch.state == ImportState.UNDOING and batch.undo_job is not None and batch.undo_job.owner_id == actor.pk:
        return batch.undo_job
    if not is_undoable(batch):
        raise Conflict(_why_not(batch), code="nothing_to_undo")
    batch.undo_job = start_job(actor=actor, kind=UNDO, params={"import": batch.pk})
    batch.state = ImportState.UNDOING
    batch.save()
    audit(UndoBegun(import_id=batch.pk), subject=batch, actor=actor)
    return batch.undo_job


@transaction.atomic
def settle_interrupted(*, job: Job) -> None:
    """An import whose work was given up waits for a word again: what was brought in stays, the rest can go on."""
    batch = DistrictImport.objects.select_for_update(of=("self",)).filter(pk=job.params.get("import")).first()
    if batch is None or batch.job != job or batch.state not in (ImportState.RUNNING, ImportState.UNDOING):
        return
    waits = batch.rows.filter(state=RowState.READY).exists()
    batch.state = ImportState.READY if waits else ImportState.DONE
    batch.save(update_fields=["state"])


def is_undoable(batch: DistrictImport) -> bool:
    """Whether there is something to take back and nothing is just being done."""
    settled = (ImportState.READY, ImportState.DONE, ImportState.UNDONE)
    return batch.state in settled and batch.rows.filter(state__in=(RowState.DONE, RowState.KEPT)).exists()


def _held(batch: DistrictImport) -> DistrictImport:
    rows = DistrictImport.objects.select_for_update(of=("self",)).select_related("territory", "net_job")
    return rows.select_related("territory", "net_job", "staff_job", "undo_job").get(pk=batch.pk)


def _why_not(batch: DistrictImport) -> str:
    words = {
        ImportState.FAULTY: _("这张表还有要改的地方，请改好再传。"),
        ImportState.RUNNING: _("正在导入，请等一等。"),
        ImportState.UNDOING: _("正在撤销，请等一等。"),
        ImportState.UNDONE: _("这次导入已经撤销了。"),
        ImportState.EXPIRED: _("这张表放得太久，内容已经删掉了，请重新上传。"),
    }
    return words.get(ImportState(batch.state), _("这张表没有要导入的，也没有可以撤销的。"))


def forget_lists(*, now: datetime | None = None) -> int:
    """Removes what lists say of people that nobody brought in, in time; returns how many lists that were."""
    before = (now or timezone.now()) - KEPT
    count = 0
    old = DistrictImport.objects.filter(state__in=(ImportState.READY, ImportState.FAULTY), created_at__lt=before)
    for pk in list(old.values_list("pk", flat=True)[:100]):
        with transaction.atomic():
            batch = DistrictImport.objects.select_for_update().get(pk=pk)
            if batch.state not in (ImportState.READY, ImportState.FAULTY):
                continue
            waiting = batch.rows.exclude(state__in=(RowState.DONE, RowState.KEPT, RowState.UNCHANGED))
            waiting.update(data={}, problems=[], label="", state=RowState.REFUSED)
            made = batch.rows.filter(state__in=(RowState.DONE, RowState.KEPT)).exists()
            batch.state = ImportState.DONE if made else ImportState.EXPIRED
            batch.save(update_fields=["state"])
            count += 1
    return count


def forget_person(*, user: User, words: Iterable[str]) -> None:
    """Removes what waiting lists say of an erased person."""
    told = [word for word in words if word]
    about = Q(data__phone__in=told) | Q(data__legal_name__in=told) | Q(account=user)
    ImportRow.objects.filter(about).exclude(data={}).update(data={}, state=RowState.REFUSED)
    ImportRow.objects.filter(about).update(label="", problems=[])
