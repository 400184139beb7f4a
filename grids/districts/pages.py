"""What the admin pages of an import show: its lines a page at a time, what waits, what an undoing would do."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.districts import policies
from grids.districts.domain import Part, RowState, Sheet
from grids.districts.models import DistrictImport, ImportRow
from grids.districts.services import is_undoable
from grids.districts.standing import Remainder
from grids.territory.datum import Datum
from grids.territory.domain import Level
from portal.accounts.models import User
from portal.jobs.models import JobState

LINES = 50
# What somebody has to look at comes before what went well.
TO_LOOK_AT = (RowState.WRONG, RowState.REFUSED, RowState.KEPT)


class ManyFiles(forms.ClearableFileInput):
    """A field into which several files may be put at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One workbook, or a few, each with one of the sheets."""

    widget = ManyFiles(attrs={"accept": ".xlsx", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Every file by itself. Raises ValidationError."""
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(each, initial) for each in files]


class UploadForm(forms.Form):
    """The workbooks of a district."""

    file = FilesField(
        label=gettext_lazy("表格文件（.xlsx）"),
        help_text=gettext_lazy("一个文件里有三张表，或者几个文件各有一张，可以一次选几个。先检查一遍，什么也不改。"),
        error_messages={"required": gettext_lazy("请选文件。"), "empty": gettext_lazy("这个文件是空的。")},
    )


class BoundaryForm(forms.Form):
    """A shapefile, and what its coordinates are."""

    file = forms.FileField(
        label=gettext_lazy("shapefile（.zip）或 GeoJSON"),
        help_text=gettext_lazy(
            "shapefile 把 .shp、.dbf、.shx、.prj 一起压成一个 .zip；GeoJSON 要是 FeatureCollection。先看，再划。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".zip,.geojson,.json"}),
        error_messages={"required": gettext_lazy("请选文件。"), "empty": gettext_lazy("这个文件是空的。")},
    )
    datum = forms.TypedChoiceField(
        label=gettext_lazy("坐标"), choices=Datum.choices, initial=Datum.WGS84, coerce=Datum, required=True
    )
    community = forms.CharField(
        label=gettext_lazy("只对一个社区（选填）"),
        max_length=12,
        required=False,
        help_text=gettext_lazy("12 位社区编码。用网格名称来对的时候填：别的社区可能有同名的网格。"),
    )
    illustrative = forms.BooleanField(
        label=gettext_lazy("示意边界"), required=False, help_text=gettext_lazy("不是正式划定的，公开页上会注明")
    )


@dataclass(frozen=True)
class Count:
    """How many lines of a sheet are in a state."""

    sheet: str
    state: str
    number: int


def counts_of(batch: DistrictImport) -> list[Count]:
    """By sheet and state, in the order of the sheets."""
    found = batch.counts()
    return [
        Count(str(sheet.label), str(state.label), found[sheet][state])
        for sheet in Sheet
        for state in RowState
        if found.get(sheet, {}).get(state)
    ]


def context_of(user: User, batch: DistrictImport, after: str) -> dict[str, Any]:
    """Everything the page of one import shows; `after` is the last line of the page before."""
    rows = batch.rows.filter(state__in=TO_LOOK_AT).order_by("pk")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__gt=int(after))
    shown = list(rows[: LINES + 1])
    part = batch.next_part()
    job = batch.job
    return {
        "batch": batch,
        "interrupted": job.error if job is not None and job.state == JobState.FAILED else "",
        "counts": counts_of(batch),
        "rows": shown[:LINES],
        "next_url": f"?after={shown[LINES - 1].pk}" if len(shown) > LINES else "",
        "part": part.label if part else "",
        "part_number": batch.counts_ready(part) if part else 0,
        "can_bring_in": part is not None and policies.may_bring_in(user, batch, part),
        "waits_for": _waits_for(part),
        "can_undo": is_undoable(batch) and policies.may_undo(user, batch),
    }


def _waits_for(part: Part | None) -> str:
    if part is None:
        return ""
    words = {
        Part.NET: _("网格和楼栋等系统管理员确认。"),
        Part.STAFF: _("人员和任职等安全管理员确认：确认以后才开账号、任命，一小时后通知本人。"),
    }
    return words[part]


@dataclass(frozen=True)
class UndoPreview:
    """What an undoing would do, before anybody says so."""

    grids: int
    buildings: int
    appointments: int
    accounts: int
    kept: list[tuple[ImportRow, list[str]]]


def preview_of(batch: DistrictImport, left: Remainder) -> UndoPreview:
    """Counts, and every line that would stay with its reasons."""
    rows = {row.pk: row for row in batch.rows.filter(pk__in=left.kept)}
    grids = sum(place.level == Level.GRID for place in left.places)
    return UndoPreview(
        grids=grids,
        buildings=len(left.places) - grids,
        appointments=len(left.appointments),
        accounts=len(left.accounts),
        kept=[(rows[pk], reasons) for pk, reasons in sorted(left.kept.items()) if pk in rows],
    )
