"""The work list as a file (导出): what the person may see now, contacts as stars unless there is a reason."""

from collections.abc import Iterator
from typing import IO

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.roles.domain import HANDLER_ROLES
from grids.roles.queries import forget, holds_anywhere
from portal.accounts.models import User
from portal.cleaning import clean_text
from portal.errors import DomainError, Invalid, NotAllowed
from portal.jobs.models import Job
from portal.jobs.registry import job_kind
from portal.jobs.running import Run
from portal.jobs.services import start_job
from portal.outbox.models import Event
from portal.outbox.services import audit
from portal.sheets import CSV_TYPE, XLSX_TYPE, CsvSheet, Sheet, XlsxSheet
from wishes.desk.columns import COLUMNS, Line
from wishes.desk.domain import MAX_EXPORTED, MAX_REVEALED
from wishes.desk.events import ExportAsked
from wishes.desk.filters import DeskFilters, kept_query
from wishes.wishes.models import Wish
from wishes.wishes.services import Contact, contact_for, reveal_contact

FORMATS = {"xlsx": XLSX_TYPE, "csv": CSV_TYPE}
CHUNK = 500


def _still_handles(user: User, job: Job) -> bool:
    """A file of what one handled is fetched only by those who still handle something."""
    return holds_anywhere(user, HANDLER_ROLES)


@transaction.atomic
def ask_export(*, actor: User, query: str, file_format: str, reason: str = "") -> Job:
    """Ask for the filtered work list as a file. With a `reason` contacts are real, and each look is written down.

    Raises `Invalid` (field "file_format" or "reason"), `NotAllowed` for who handles nothing, `Conflict` when too many
    jobs are open.
    """
    if not holds_anywhere(actor, HANDLER_ROLES):
        raise NotAllowed(_("这里是工作人员的工作台。您现在没有负责的网格或社区。"))
    if file_format not in FORMATS:
        raise Invalid(_("请选一种格式。"), code="required", field="file_format")
    query, reason = kept_query(query), clean_text(reason)
    if len(reason) > 200:
        raise Invalid(_("最多写{longest}个字。").format(longest=200), code="too_long", field="reason")
    wishes = _filters(actor, query).wishes()
    most = MAX_REVEALED if reason else MAX_EXPORTED
    if wishes.order_by()[: most + 1].count() > most:
        raise Invalid(_("一次最多导出 {most} 件，请多选几个条件。").format(most=most), code="too_many")
    event = audit(ExportAsked(file_format=file_format, revealed=bool(reason)), subject=actor, actor=actor, text=reason)
    # The reason stands with its event, where it can be erased; the job only knows where to find it.
    params = {"query": query, "format": file_format, "event": event.pk}
    return start_job(actor=actor, kind=EXPORT, params=params)


EXPORT = "desk.export"


@job_kind(EXPORT, label=gettext_lazy("导出工单"), may_fetch=_still_handles)
def export(run: Run) -> None:
    """Writes the list, a row for each wish, in the order of the desk."""
    # Rights as they are now, not as they were when this was asked for.
    forget(run.owner)
    file_format = str(run.params["format"])
    asked = Event.objects.filter(pk=run.params["event"]).select_related("words").first()
    reason = asked.text if asked is not None else ""
    filters = _filters(run.owner, str(run.params["query"]))
    keys = list(filters.wishes().order_by("due_at", "pk").values_list("pk", flat=True)[:MAX_EXPORTED])
    run.expect(len(keys))
    name = _("工单-{day}.{ending}").format(day=f"{timezone.localdate():%Y%m%d}", ending=file_format)
    with run.result(name, content_type=FORMATS[file_format]) as out:
        sheet = _sheet(out, file_format)
        sheet.row([str(column.heading) for column in COLUMNS])
        for wish in _in_order(run.owner, keys):
            line = Line(wish, _contact(run.owner, wish, reason), timezone.now())
            sheet.row([column.read(line) for column in COLUMNS])
            run.advance()
        sheet.close()


def _filters(actor: User, query: str) -> DeskFilters:
    return DeskFilters(actor, QueryDict(query), timezone.now())


def _sheet(out: IO[bytes], file_format: str) -> Sheet:
    return XlsxSheet(out, widths=[16, 36, 14]) if file_format == "xlsx" else CsvSheet(out)


def _in_order(actor: User, keys: list[int]) -> Iterator[Wish]:
    """The wishes of these keys that are still the person's to handle, a few hundred at a time."""
    related = ("category", "source", "community", "territory", "responsible", "author")
    for start in range(0, len(keys), CHUNK):
        wishes = Wish.objects.handled_by(actor).select_related(*related).defer("territory__boundary", "details")
        found = wishes.defer("community__boundary").in_bulk(keys[start : start + CHUNK])
        yield from (found[key] for key in keys[start : start + CHUNK] if key in found)


def _contact(actor: User, wish: Wish, reason: str) -> Contact:
    """Stars; the real contact for a reason, where the person may have it, and then it is written down."""
    if reason:
        try:
            return reveal_contact(actor=actor, wish=wish, reason=reason)
        except DomainError:
            # One of those whose contact is not for this person any more: the row stays, with stars.
            pass
    masked = contact_for(viewer=actor, wish=wish)
    return masked if masked.masked else Contact(name="", phone="", address="", masked=True)
