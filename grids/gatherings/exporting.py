"""Completion as a file, made in the background."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.gatherings.completion import Completion, Line, scope_for
from grids.gatherings.domain import GatheringKind
from grids.gatherings.policies import part_of, watched_paths
from grids.roles.queries import forget
from portal.accounts.models import User
from portal.errors import Invalid, NotAllowed
from portal.jobs.models import Job
from portal.jobs.registry import job_kind
from portal.jobs.running import Run
from portal.jobs.services import start_job
from portal.sheets import CSV_TYPE, XLSX_TYPE, CsvSheet, XlsxSheet

EXPORT = "grids.gatherings_export"
FORMATS = {"xlsx": XLSX_TYPE, "csv": CSV_TYPE}


def _still_watches(user: User, job: Job) -> bool:
    """A file of what one watched is fetched only by those who still watch something."""
    part = part_of(user)
    return bool(watched_paths(user)) or (part is not None and bool(part.leads))


@transaction.atomic
def ask_export(*, actor: User, code: str, file_format: str) -> Job:
    """Asks for the completion of a place, or of the organisations one leads, as a file.

    Raises `Invalid` (field "file_format"), `Conflict` when too many jobs are open; Http404 and PermissionDenied as
    the page does.
    """
    if file_format not in FORMATS:
        raise Invalid(_("请选一种格式。"), code="required", field="file_format")
    scope = scope_for(actor, code)
    params = {"place": str(scope.place.code) if scope.place is not None else "", "format": file_format}
    return start_job(actor=actor, kind=EXPORT, params=params)


@job_kind(EXPORT, label=gettext_lazy("导出组织生活情况"), may_fetch=_still_watches)
def export(run: Run) -> None:
    """One row for each organisation and kind; rights are those of now."""
    forget(run.owner)
    if not _still_watches(run.owner, run.job):
        raise NotAllowed(_("您现在的职务不能再看这份文件了。"))
    today = timezone.localdate()
    completion = Completion(run.owner, scope_for(run.owner, str(run.params["place"])), today)
    file_format = str(run.params["format"])
    run.expect(len(completion.lines))
    name = _("组织生活-{day}.{ending}").format(day=f"{today:%Y%m%d}", ending=file_format)
    with run.result(name, content_type=FORMATS[file_format]) as out:
        sheet = XlsxSheet(out, widths=[30, 16]) if file_format == "xlsx" else CsvSheet(out)
        sheet.row(
            [
                _("党组织"),
                _("种类"),
                _("这一期应开"),
                _("这一期已开"),
                _("今年应开"),
                _("今年已开"),
                _("过期没开"),
                _("到会率"),
            ]
        )
        for line in completion.lines:
            for row in _rows(line):
                sheet.row(row)
            run.advance()
        sheet.close()


def _rows(line: Line) -> list[list[str]]:
    percent = "" if line.percent is None else f"{line.percent}%"
    return [
        [
            line.organisation.name,
            str(GatheringKind(kind).label),
            *(str(number) for number in (one.required, one.done, one.year_required, one.year_done, one.overdue)),
            percent,
        ]
        for kind, one in line.tallies.items()
    ]
