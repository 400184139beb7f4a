"""Entering wishes for residents from a spreadsheet (批量代录): looked over first, then entered as a job, line by line.

Each line is entered in its own transaction by the services that the page uses, together with its fingerprint, which
the database takes once: the same line never makes a second wish, whoever uploads it how often and however at once.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import forget, holds_anywhere
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.accounts.services import find_or_register_assisted
from portal.errors import Conflict, DomainError, NotAllowed
from portal.jobs.models import Job
from portal.jobs.registry import job_kind
from portal.jobs.running import Run
from portal.jobs.services import start_job
from portal.outbox.services import audit
from wishes.desk.checking import Checker
from wishes.desk.entry_sheet import read_rows
from wishes.desk.events import EntryBegun, EntryChecked
from wishes.desk.models import EnteredRow, EntryBatch, EntryRow
from wishes.wishes.models import Category, ToldBy, Wish
from wishes.wishes.services import enter_wish
from wishes.wishes.views.behalf import check_same_person

State, RowState = EntryBatch.State, EntryRow.State
ENTRY = "desk.entry"
KEPT = timedelta(hours=24)
"""How long a file that was looked over waits for the cadre's word, with what it says of people."""


@transaction.atomic
def check_file(*, actor: User, file: IO[bytes], size: int, told_by: str = ToldBy.PAPER) -> EntryBatch:
    """Look a file over; nothing is entered yet. `told_by` is how its wishes were told.

    Raises `Invalid` (field "file"), `NotAllowed`.
    """
    if not holds_anywhere(actor, HANDLER_ROLES):
        raise NotAllowed(_("只有工作人员可以替居民登记心愿。"))
    rows = read_rows(file, size=size)
    checker = Checker(actor)
    checked = [(line, checker.check(cells)) for line, cells in rows]
    before = _entered(row.digest for _line, row in checked)
    batch = EntryBatch.objects.create(actor=actor, told_by=told_by)
    first: dict[str, int] = {}
    lines = []
    for line, row in checked:
        if row.digest in before:
            row.problems.append(("", _("这一行录过了，编号 {number}。").format(number=before[row.digest])))
        elif row.digest in first:
            row.problems.append(("", _("和第 {line} 行一样。").format(line=first[row.digest])))
        first.setdefault(row.digest, line)
        lines.append(
            EntryRow(
                batch=batch,
                line=line,
                state=RowState.WRONG if row.problems else RowState.READY,
                title=row.data["title"][:60],
                data={} if row.problems else row.data,
                problems=row.problems,
                digest=row.digest,
            )
        )
    EntryRow.objects.bulk_create(lines)
    wrong = sum(row.state == RowState.WRONG for row in lines)
    audit(EntryChecked(batch_id=batch.pk, rows=len(lines), wrong=wrong), subject=actor, actor=actor)
    return batch


@transaction.atomic
def begin_entry(*, actor: User, batch: EntryBatch) -> Job:
    """Have the lines without mistakes entered; asked again, the same job. Raises `Conflict`, `NotAllowed`."""
    batch = EntryBatch.objects.select_for_update(of=("self",)).select_related("job").get(pk=batch.pk)
    if batch.actor_id != actor.pk:
        raise NotAllowed(_("这张表是别人传的，只有本人可以录入。"))
    if batch.job is not None:
        return batch.job
    if batch.state != State.CHECKED:
        raise Conflict(_("这张表放得太久，已经删掉了，请重新上传。"), code="batch_expired")
    ready = batch.rows.filter(state=RowState.READY).count()
    if not ready:
        raise Conflict(_("没有可以录入的行，请改好再传。"), code="nothing_ready")
    batch.job = start_job(actor=actor, kind=ENTRY, params={"batch": batch.pk})
    batch.state = State.ENTERING
    batch.save()
    audit(EntryBegun(batch_id=batch.pk, rows=ready), subject=actor, actor=actor)
    return batch.job


def _page_of(job: Job) -> str:
    batch = EntryBatch.objects.filter(pk=job.params.get("batch")).first()
    return batch.get_absolute_url() if batch else ""


@job_kind(ENTRY, label=gettext_lazy("批量代录"), leads_to=_page_of)
def enter(run: Run) -> None:
    """Enters the lines that wait; those entered by an earlier run are counted, not entered again."""
    forget(run.owner)
    batch = EntryBatch.objects.get(pk=run.params["batch"], actor=run.owner)
    keys = batch.rows.exclude(state=RowState.WRONG).order_by("line").values_list("pk", flat=True)
    run.expect(len(keys))
    for pk in keys:
        _enter(run.owner, pk)
        run.advance()
    EntryBatch.objects.filter(pk=batch.pk).update(state=State.ENTERED)


@transaction.atomic
def _enter(actor: User, pk: int) -> None:
    """One line: wish, fingerprint and outcome in one transaction; a refusal is written beside the line."""
    row = EntryRow.objects.select_for_update().get(pk=pk)
    if row.state != RowState.READY:
        return
    try:
        with transaction.atomic():
            row.wish = _wish_from(actor, row)
    except DomainError as refusal:
        row.state, row.problems = RowState.REFUSED, [("", force_str(refusal.message))]
    else:
        row.state = RowState.DONE
    row.data = {}
    row.save()


def _wish_from(actor: User, row: EntryRow) -> Wish:
    data: Mapping[str, Any] = row.data
    mark = _mark(row.digest)
    check_same_person(data["legal_name"], data["phone"])
    resident = find_or_register_assisted(actor=actor, phone=data["phone"], legal_name=data["legal_name"])
    wish = enter_wish(
        actor=actor,
        author=resident,
        consent=True,
        told_by=row.batch.told_by,
        title=data["title"],
        details=data["details"],
        category=Category.objects.get(pk=data["category"]),
        territory=Territory.objects.get(pk=data["territory"]),
        place=data["place"],
        address=data["address"],
        contact_name=data["legal_name"],
        contact_phone=data["phone"],
        special_group=data["special_group"],
        quantity=data.get("quantity"),
        unit=data.get("unit", ""),
    )
    EnteredRow.objects.filter(pk=mark.pk).update(wish=wish)
    return wish


def _mark(digest: str) -> EnteredRow:
    """Takes the fingerprint. Whoever comes second waits here until the first has ended. Raises `Conflict`."""
    try:
        with transaction.atomic():
            return EnteredRow.objects.create(digest=digest)
    except IntegrityError:
        number = _entered([digest]).get(digest, "")
        raise Conflict(_("这一行录过了，编号 {number}。").format(number=number), code="entered_before") from None


def _entered(digests: Iterable[str]) -> dict[str, str]:
    """Numbers of the wishes that were made of these lines before."""
    marks = EnteredRow.objects.filter(digest__in=list(digests)).select_related("wish")
    return {mark.digest: mark.wish.number if mark.wish else "" for mark in marks}


def forget_entries(*, now: datetime | None = None) -> int:
    """Removes what files say that nobody had entered in time; returns how many files that were."""
    old = EntryBatch.objects.filter(state=State.CHECKED, created_at__lt=(now or timezone.now()) - KEPT)
    count = 0
    for pk in list(old.values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            batch = EntryBatch.objects.select_for_update().get(pk=pk)
            if batch.state == State.CHECKED:
                batch.rows.all().delete()
                batch.state = State.EXPIRED
                batch.save()
                count += 1
    return count


def forget_person(*, user: User, words: Iterable[str]) -> None:
    """Removes what an erased person uploaded, and lines that speak of them, as far as they are not entered."""
    told = [word for word in words if word]
    about = Q(data__phone__in=told) | Q(data__legal_name__in=told)
    EntryRow.objects.filter(Q(batch__actor=user) | about).exclude(data={}).update(
        data={}, state=RowState.REFUSED, title=""
    )
