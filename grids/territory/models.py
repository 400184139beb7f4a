"""The division tree: district > street > community > grid > building, from official codes (docs/domain.md §1, §5)."""

from contextlib import suppress
from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from grids.territory.domain import CODE_LENGTHS, STEP, Level, NumberFate, level_of, path_of
from grids.territory.querysets import NameLetters, TerritoryManager

__all__ = ["Building", "Grid", "GridMapStamp", "GridNumber", "Level", "Territory", "TerritorySetting"]

PHONE = RegexValidator(
    r"^[0-9+][0-9 ()-]{4,24}$", _("电话只能写数字、空格、括号和短横，例如 025-8651 2345。"), code="phone"
)


# Run by the database whenever a boundary comes, changes or goes, whoever changes it.
NEW_MAP_STAMP = """
    INSERT INTO grids_gridmapstamp (singleton, stamp) VALUES (true, gen_random_uuid())
    ON CONFLICT (singleton) DO UPDATE SET stamp = excluded.stamp;
    RETURN NULL;
"""

# Which number a grid has had from when until when is noted by the database, whoever plants or renumbers it.
NOTE_NUMBER = """
    IF TG_OP = 'UPDATE' THEN
        UPDATE grids_gridnumber SET until = (now() AT TIME ZONE 'Asia/Shanghai')::date, fate = 'renumbered'
        WHERE grid_id = NEW.id AND until IS NULL;
    END IF;
    INSERT INTO grids_gridnumber (code, grid_id, since, fate)
    VALUES (NEW.code, NEW.id, (now() AT TIME ZONE 'Asia/Shanghai')::date, '');
    RETURN NULL;
"""


def _code_fits_level() -> Q:
    """Level, depth, code and path agree: the code has its level's digits, the path three for each level."""
    fits = Q()
    for level, length in CODE_LENGTHS.items():
        fits |= Q(
            level=level, depth=level, code__regex=f"^[0-9]{{{length}}}$", path__regex=f"^[0-9]{{{level * STEP}}}$"
        )
    return fits


class Territory(MP_Node):  # type: ignore[misc]
    """A place of the tree (辖区): a role is held in one and covers all below it.

    `path` follows from `code` and is compared byte by byte, so that "everything below" is one index range.
    `official_name` is the name in the official list; `name` is what neighbours call it and may be changed by staff.
    """

    steplen: ClassVar[int] = STEP

    path = models.CharField(max_length=STEP * len(Level), db_collation="C", editable=False)
    code = models.CharField(_("编码"), max_length=18, db_collation="C")
    name = models.CharField(_("名称"), max_length=60)
    official_name = models.CharField(_("区划名称"), max_length=60, blank=True)
    level = models.PositiveSmallIntegerField(_("层级"), choices=Level.choices)
    boundary = models.JSONField(_("边界"), null=True, blank=True, help_text=_("GeoJSON 多边形，WGS-84 坐标"))
    boundary_is_illustrative = models.BooleanField(_("示意边界"), default=False)
    dissolved_on = models.DateField(
        _("撤销日期"), null=True, blank=True, editable=False, help_text=_("并入别的网格的日子")
    )

    objects: ClassVar[TerritoryManager] = TerritoryManager()

    class Meta:
        verbose_name = _("辖区")
        verbose_name_plural = _("辖区")
        constraints = [
            models.UniqueConstraint(fields=["path"], name="territory_path_unique"),
            models.UniqueConstraint(
                fields=["code"], name="territory_code_unique", violation_error_message=_("这个编码已经有了。")
            ),
            models.CheckConstraint(
                name="territory_code_fits_level",
                condition=_code_fits_level(),
                violation_error_message=_("编码的位数和层级不符。"),
            ),
            # What once pointed at a dissolved grid still does; nothing new stands in it.
            models.CheckConstraint(
                name="territory_dissolved_is_empty",
                condition=Q(dissolved_on__isnull=True) | Q(level=Level.GRID, numchild=0, boundary__isnull=True),
                violation_error_message=_("已经撤销的网格里不能再有楼栋和边界。"),
            ),
        ]
        indexes = [
            GinIndex(NameLetters(F("name")), name="territory_name_letters"),
            models.Index(fields=["dissolved_on"], condition=Q(dissolved_on__isnull=False), name="territory_dissolved"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="new_boundary",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("boundary"),
                condition=pgtrigger.Q(new__boundary__isnull=False),
                func=NEW_MAP_STAMP,
            ),
            pgtrigger.Trigger(
                name="boundary_gone",
                when=pgtrigger.After,
                operation=pgtrigger.Delete | pgtrigger.UpdateOf("boundary"),
                condition=pgtrigger.Q(old__boundary__isnull=False),
                func=NEW_MAP_STAMP,
            ),
            pgtrigger.Trigger(
                name="number_given",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__level=Level.GRID),
                func=NOTE_NUMBER,
            ),
            pgtrigger.Trigger(
                name="number_changed",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("code"),
                condition=pgtrigger.Q(new__level=Level.GRID) & pgtrigger.Q(old__code__df=pgtrigger.F("new__code")),
                func=NOTE_NUMBER,
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def clean_fields(self, exclude: Any = None) -> None:
        with suppress(ValueError):  # a code of no level is told by the constraint below, in words
            self.place()
        super().clean_fields(exclude=exclude)

    def place(self) -> None:
        """Derives path, depth and level from the code. Raises ValueError for a code of no level."""
        self.level = level_of(self.code)
        self.depth = int(self.level)
        self.path = path_of(self.code)

    @property
    def full_name(self) -> str:
        """Street, community and grid in one line, from `ancestors`, without province, city and district."""
        return " ".join(a.name for a in self.ancestors() if a.level >= Level.STREET)

    def ancestors(self) -> list["Territory"]:
        """The places above and the place itself, the widest first; one query, remembered on the object."""
        known: list[Territory] | None = self.__dict__.get("_ancestors")
        if known is None:
            known = list(Territory.objects.above(self).defer("boundary").order_by("path"))
            self.__dict__["_ancestors"] = known
        return known

    def ancestor_at(self, level: Level) -> "Territory | None":
        """The place of that level above this one, or itself; None above the tree or below the place."""
        return next((a for a in self.ancestors() if a.level == level), None)

    def covers(self, other: "Territory") -> bool:
        """Whether the other place is this one or lies below it."""
        return str(other.path).startswith(str(self.path))


class Grid(models.Model):
    """What a grid publishes of itself (网格): 300–500 households, one supervision phone (docs/domain.md §5)."""

    territory = models.OneToOneField(Territory, on_delete=models.CASCADE, related_name="grid", verbose_name=_("网格"))
    household_count = models.PositiveIntegerField(
        _("户数"), default=0, validators=[MaxValueValidator(20000)], help_text=_("一般为 300–500 户")
    )
    supervision_phone = models.CharField(_("监督电话"), max_length=25, blank=True, validators=[PHONE])
    area_description = models.TextField(_("范围说明"), blank=True, help_text=_("四至和主要道路，用文字写清楚"))

    class Meta:
        verbose_name = _("网格")
        verbose_name_plural = _("网格")

    def __str__(self) -> str:
        return str(self.territory)


class GridNumber(models.Model):
    """A number a grid has or once had (网格编号沿革), so that an old paper still finds the present grid.

    The database notes each number by itself, and never lets one be given to another grid: the same grid may get it
    back. `until` is the day on which it was no longer the number of a living grid, and `fate` says why; a grid taken
    up by another names it in `successor`, one that came of another's split names that in `split_from`.
    """

    code = models.CharField(_("编码"), max_length=15, db_collation="C")
    grid = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="numbers", verbose_name=_("网格"))
    since = models.DateField(_("启用日期"), null=True, blank=True, help_text=_("空的表示开通以前就有"))
    until = models.DateField(_("停用日期"), null=True, blank=True)
    fate = models.CharField(
        _("后来怎样"), max_length=12, choices=NumberFate.choices, blank=True, default=NumberFate.IN_USE
    )
    successor = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("并入的网格")
    )
    split_from = models.ForeignKey(
        Territory, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("从哪个网格分出")
    )
    last_boundary = models.JSONField(_("撤销时的边界"), null=True, blank=True)

    class Meta:
        verbose_name = _("网格编号")
        verbose_name_plural = _("网格编号")
        ordering = ["code", "pk"]
        constraints = [
            ExclusionConstraint(
                name="grid_number_never_given_to_another",
                expressions=[("code", RangeOperators.EQUAL), ("grid", RangeOperators.NOT_EQUAL)],
                violation_error_message=_("这个编号别的网格用过，不能再给这个网格。"),
            ),
            models.UniqueConstraint(fields=["grid"], condition=Q(until__isnull=True), name="grid_number_one_at_a_time"),
            models.CheckConstraint(
                name="grid_number_says_its_fate",
                condition=Q(until__isnull=True, fate=NumberFate.IN_USE, successor__isnull=True)
                | Q(until__isnull=False, fate=NumberFate.RENUMBERED, successor__isnull=True)
                | Q(until__isnull=False, fate=NumberFate.MERGED, successor__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.code)


class Building(models.Model):
    """A building of a grid (楼栋), with its point in WGS-84 where it is known."""

    territory = models.OneToOneField(
        Territory, on_delete=models.CASCADE, related_name="building", verbose_name=_("楼栋")
    )
    address = models.CharField(_("地址"), max_length=120, blank=True)
    longitude = models.FloatField(
        _("经度"), null=True, blank=True, validators=[MinValueValidator(73.0), MaxValueValidator(136.0)]
    )
    latitude = models.FloatField(
        _("纬度"), null=True, blank=True, validators=[MinValueValidator(3.0), MaxValueValidator(54.0)]
    )
    households = models.PositiveIntegerField(_("户数"), default=0, validators=[MaxValueValidator(5000)])

    class Meta:
        verbose_name = _("楼栋")
        verbose_name_plural = _("楼栋")
        constraints = [
            models.CheckConstraint(
                name="building_point_is_whole",
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(
                    # A check that comes out as NULL counts as kept, hence "is not null".
                    longitude__isnull=False,
                    latitude__isnull=False,
                    longitude__range=(73, 136),
                    latitude__range=(3, 54),
                ),
                violation_error_message=_("经度和纬度要一起填，而且在中国范围内。"),
            )
        ]

    def __str__(self) -> str:
        return str(self.territory)


class GridMapStamp(models.Model):
    """One row whose stamp changes with every change of a boundary, so that each process knows when its map is old.

    Stamps are random and not counted: a number taken back by a rollback would come again with another map.
    """

    singleton = models.BooleanField(default=True, primary_key=True)
    stamp = models.UUIDField()

    class Meta:
        verbose_name = _("网格地图版本")
        verbose_name_plural = _("网格地图版本")
        constraints = [models.CheckConstraint(name="grid_map_stamp_one_row", condition=Q(singleton=True))]

    def __str__(self) -> str:
        return str(self.stamp)


class TerritorySetting(models.Model):
    """A number or text that differs between places (辖区设置); without its own, a place takes that of the one above."""

    territory = models.ForeignKey(Territory, on_delete=models.CASCADE, related_name="settings", verbose_name=_("辖区"))
    key = models.CharField(_("设置项"), max_length=80)
    value = models.JSONField(_("值"))

    class Meta:
        verbose_name = _("辖区设置")
        verbose_name_plural = _("辖区设置")
        constraints = [
            models.UniqueConstraint(
                fields=["territory", "key"],
                name="territory_setting_once",
                violation_error_message=_("这个辖区已经有这项设置了，请直接修改它。"),
            )
        ]

    def __str__(self) -> str:
        return self.key
