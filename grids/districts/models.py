"""Tables of imports: what was uploaded, what is wrong with it, and what each line made, so that it can be undone."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.districts.domain import PART_OF, ImportState, Part, RowState, Sheet
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.roles.queries import paths_of
from grids.territory.datum import Datum
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.jobs.models import Job

__all__ = ["BoundaryUpload", "DistrictImport", "ImportRow"]

IMPORTERS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR})


class DistrictImportQuerySet(models.QuerySet["DistrictImport"]):
    """Imports as far as somebody may see them."""

    def visible_to(self, user: User) -> "DistrictImportQuerySet":
        """Those of places that the person configures or appoints in."""
        where = Q(pk__in=[])
        for path in paths_of(user, IMPORTERS):
            where |= Q(territory__path__startswith=path)
        return self.filter(where)


class DistrictImport(models.Model):
    """One import of a district's net and staff (区级导入), from the file to its undoing."""

    State: ClassVar[type[ImportState]] = ImportState

    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+", verbose_name=_("范围"))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("上传的人")
    )
    files = models.CharField(_("文件"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("上传时间"), default=timezone.now)
    state = models.CharField(_("状态"), max_length=10, choices=ImportState.choices)
    net_job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    staff_job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undo_job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[DistrictImportQuerySet] = DistrictImportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("区级导入")
        verbose_name_plural = _("区级导入")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.territory} · {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("admin:grids_districtimport_change", args=[self.pk])

    def job_of(self, part: Part) -> Job | None:
        """The long work that brings this part in, once it was begun."""
        return self.net_job if part == Part.NET else self.staff_job

    @property
    def job(self) -> Job | None:
        """The latest long work."""
        return self.undo_job or self.staff_job or self.net_job

    def next_part(self) -> Part | None:
        """What waits for somebody's word: the net first, since offices stand in it."""
        if self.state != ImportState.READY:
            return None
        waiting = set(self.rows.filter(state=RowState.READY).order_by().values_list("sheet", flat=True).distinct())
        parts = {PART_OF[Sheet(sheet)] for sheet in waiting}
        return Part.NET if Part.NET in parts else Part.STAFF if parts else None

    def counts_ready(self, part: Part) -> int:
        """How many lines of a part wait to be brought in."""
        sheets = [sheet for sheet, belongs in PART_OF.items() if belongs == part]
        return self.rows.filter(state=RowState.READY, sheet__in=sheets).count()

    def counts(self) -> dict[str, dict[str, int]]:
        """How many lines of each sheet are in each state."""
        found: dict[str, dict[str, int]] = {}
        rows = self.rows.order_by().values_list("sheet", "state").annotate(n=models.Count("pk"))
        for sheet, state, number in rows:
            found.setdefault(sheet, {})[state] = number
        return found


class ImportRow(models.Model):
    """One line of a sheet: what is wrong with it, or what it made.

    `data` is what will be made, with personal data, and is emptied as soon as it was, or when the import was given
    up. `problems` hold [column, cell, what is wrong, how to mend it]. `label` names the line to people, masked.
    """

    batch = models.ForeignKey(DistrictImport, on_delete=models.CASCADE, related_name="rows", verbose_name=_("导入"))
    sheet = models.CharField(_("表"), max_length=10, choices=Sheet.choices)
    line = models.PositiveIntegerField(_("行"))
    state = models.CharField(_("状态"), max_length=10, choices=RowState.choices)
    label = models.CharField(_("是什么"), max_length=120, blank=True)
    community = models.CharField(_("社区编码"), max_length=12, blank=True)
    data = models.JSONField(_("内容"), default=dict)
    problems = models.JSONField(_("要改的"), default=list)
    place = models.ForeignKey(Territory, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    place_code = models.CharField(_("编码"), max_length=18, blank=True)
    appointment = models.ForeignKey(Appointment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("导入的一行")
        verbose_name_plural = _("导入的行")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "line"], name="import_row_once")]
        indexes = [models.Index(fields=["batch", "state"], name="import_row_by_state")]

    def __str__(self) -> str:
        return f"{self.get_sheet_display()} {self.line}"

    @property
    def told(self) -> list[dict[str, Any]]:
        """The problems by name, for pages and programs."""
        names = ("column", "cell", "problem", "mend")
        return [dict(zip(names, each, strict=True)) for each in self.problems]


class BoundaryUpload(models.Model):
    """A shapefile with the boundaries of many grids (批量划界), kept while its administrator looks at it.

    `shapes` hold attributes and GeoJSON geometry of each, in the coordinates of the file, and are emptied when used.
    """

    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("上传的人")
    )
    community = models.ForeignKey(
        Territory, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("只对一个社区")
    )
    file_name = models.CharField(_("文件"), max_length=120)
    datum = models.CharField(_("坐标"), max_length=10, choices=Datum.choices, default=Datum.WGS84)
    illustrative = models.BooleanField(_("示意边界"), default=False)
    columns = models.JSONField(_("列"), default=list)
    shapes = models.JSONField(_("图形"), default=list)
    created_at = models.DateTimeField(_("上传时间"), default=timezone.now)
    saved_at = models.DateTimeField(_("划界时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("批量划界")
        verbose_name_plural = _("批量划界")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} · {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("admin:grids_boundaryupload_change", args=[self.pk])
