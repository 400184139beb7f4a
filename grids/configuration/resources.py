"""Grids, buildings and appointments from and to spreadsheets. Every row is one service call."""

import json
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import resources

from grids.bodies.units import Units, set_unit, unit_of
from grids.configuration.cells import Cell, day_of, decimal_of, number_of, text_of, yes_of
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.roles.services import appoint, end_appointment
from grids.territory import services
from grids.territory.domain import Level
from grids.territory.models import Building, Grid, Territory
from portal.accounts.models import User
from portal.errors import DomainError, Invalid
from portal.formats import list_words

Row = dict[str, Any]


class ServiceResource(resources.ModelResource):  # type: ignore[misc]
    """Rows become service calls by the administrator who imports; what a row got wrong is said with its line.

    A preview makes the same calls and rolls all of them back, so it finds what the import itself would find.
    """

    required: ClassVar[tuple[Any, ...]] = ()

    def __init__(self, *, actor: User | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.actor = actor

    def find(self, row: Row) -> Model | None:
        """The object a row is about; None when it is a new one. Raises DomainError."""
        raise NotImplementedError

    def apply(self, found: Any, row: Row) -> Any:
        """Makes the row true by service calls and returns the object. Raises DomainError, ValidationError."""
        raise NotImplementedError

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Missing columns are told once, not on every line."""
        headers = {str(header).strip() for header in dataset.headers or [] if header}
        missing = [str(column) for column in self.required if str(column) not in headers]
        if missing:
            raise ValidationError(_("表格少了这些列：%s。可以先导出一份，照着填。") % list_words(missing))
        dataset.headers = [str(header or "").strip() for header in dataset.headers]

    def get_instance(self, instance_loader: Any, row: Row) -> Any:
        try:
            return self.find(row)
        except DomainError:
            return None  # said again, with its line, when the row is applied

    def import_row(self, row: Row, instance_loader: Any, **kwargs: Any) -> Any:
        self.line = kwargs["row_number"] + 1  # the first line holds the headings
        return super().import_row(row, instance_loader, **kwargs)

    def skip_row(self, instance: Any, original: Any, row: Row, import_validation_errors: Any = None) -> bool:
        """Rows without anything in them, and rows that say what is so already."""
        if not any(text_of(value) for value in row.values() if not isinstance(value, int | float)):
            return True
        if instance.pk is None:
            return False
        cells = {str(field.column_name): field.export(instance) for field in self.get_import_fields()}
        return all(
            _same(row[column], value) for column, value in cells.items() if column in row and not _is_derived(column)
        )

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: Any = True
    ) -> None:
        """The services validate."""

    def save_instance(self, instance: Any, is_create: bool, row: Row, **kwargs: Any) -> None:
        try:
            saved = self.apply(self.find(row), row)
        except DomainError as error:
            raise ValidationError(self._at_line(str(error.message))) from error
        except ValidationError as error:
            raise ValidationError([self._at_line(words) for words in error.messages]) from error
        instance.__dict__.update(saved.__dict__)

    def _at_line(self, words: str) -> str:
        return _("表格第 %(line)d 行：%(words)s") % {"line": self.line, "words": words}


def _is_derived(column: str) -> bool:
    """Columns that are there to be read and change nothing."""
    return column in {str(column) for column in (_NAME_OF_PERSON, _NAME_OF_COMMUNITY, _NAME_OF_GRID)}


def _same(cell: Any, value: Any) -> bool:
    try:
        return text_of(cell) == text_of(value)
    except Invalid:
        return False


_NAME_OF_PERSON = gettext_lazy("姓名")
_NAME_OF_COMMUNITY = gettext_lazy("社区")
_NAME_OF_GRID = gettext_lazy("网格")
_CODE = gettext_lazy("编码")
_NAME = gettext_lazy("名称")
_COMMUNITY_CODE = gettext_lazy("社区编码")
_GRID_CODE = gettext_lazy("网格编码")
_HOUSEHOLDS = gettext_lazy("户数")
_PHONE = gettext_lazy("监督电话")
_AREA = gettext_lazy("范围说明")
_BOUNDARY = gettext_lazy("边界（GeoJSON）")
_ILLUSTRATIVE = gettext_lazy("示意边界")
_ADDRESS = gettext_lazy("地址")
_LONGITUDE = gettext_lazy("经度")
_LATITUDE = gettext_lazy("纬度")
_PERSON = gettext_lazy("人员编号")
_ROLE = gettext_lazy("角色")
_TERRITORY_CODE = gettext_lazy("辖区编码")
_STARTS = gettext_lazy("任职日期")
_ENDS = gettext_lazy("卸任日期")
_OFFICE_PHONE = gettext_lazy("工作电话")
_REASON = gettext_lazy("任命说明")
_UNIT = gettext_lazy("所属单位")


def _place(code: str, level: Level | None, column: Any) -> Territory:
    found: Territory | None = Territory.objects.filter(code=code).first()
    if found is None or (level is not None and found.level != level):
        what = level.label if level is not None else _("辖区")
        raise Invalid(
            _("“%(column)s”里的 %(code)s 不是已有的%(what)s。")
            % {"column": column, "code": code or "（空）", "what": what}
        )
    return found


class GridResource(ServiceResource):
    """Grids: an empty code takes the next number of the community."""

    required = (_COMMUNITY_CODE, _CODE, _NAME)

    code = Cell(_CODE, lambda grid: grid.territory.code)
    community_code = Cell(_COMMUNITY_CODE, lambda grid: grid.territory.code[:12])
    community_name = Cell(_NAME_OF_COMMUNITY, lambda grid: grid.territory.ancestor_at(Level.COMMUNITY).name)
    name = Cell(_NAME, lambda grid: grid.territory.name)
    household_count = Cell(_HOUSEHOLDS, lambda grid: grid.household_count)
    supervision_phone = Cell(_PHONE, lambda grid: grid.supervision_phone)
    area_description = Cell(_AREA, lambda grid: grid.area_description)
    boundary = Cell(_BOUNDARY, lambda grid: json.dumps(grid.territory.boundary) if grid.territory.boundary else "")
    illustrative = Cell(_ILLUSTRATIVE, lambda grid: _("是") if grid.territory.boundary_is_illustrative else _("否"))

    class Meta:
        model = Grid
        fields = (
            "code",
            "community_code",
            "community_name",
            "name",
            "household_count",
            "supervision_phone",
            "area_description",
            "boundary",
            "illustrative",
        )
        import_id_fields = ()
        use_transactions = True

    def find(self, row: Row) -> Grid | None:
        code = text_of(row.get(str(_CODE)))
        return Grid.objects.select_related("territory").filter(territory__code=code).first() if code else None

    def apply(self, found: Grid | None, row: Row) -> Grid:
        assert self.actor is not None
        name, code = text_of(row[str(_NAME)]), text_of(row[str(_CODE)])
        details: dict[str, Any] = {}
        if str(_HOUSEHOLDS) in row:
            details["household_count"] = number_of(row[str(_HOUSEHOLDS)], str(_HOUSEHOLDS))
        for column, field in ((_PHONE, "supervision_phone"), (_AREA, "area_description")):
            if str(column) in row:
                details[field] = text_of(row[str(column)])
        if found is None:
            community = _place(text_of(row[str(_COMMUNITY_CODE)]), Level.COMMUNITY, _COMMUNITY_CODE)
            place = services.add_grid(actor=self.actor, community=community, name=name, code=code, **details)
            found = place.grid
        else:
            place = found.territory
            services.rename(actor=self.actor, territory=place, name=name)
            services.change_grid(actor=self.actor, grid=found, **details)
        drawing = text_of(row.get(str(_BOUNDARY)))
        if drawing:
            illustrative = yes_of(row.get(str(_ILLUSTRATIVE)))
            services.draw_boundary(actor=self.actor, territory=place, boundary=drawing, illustrative=illustrative)
        return Grid.objects.select_related("territory").get(pk=found.pk)


class BuildingResource(ServiceResource):
    """Buildings: an empty code takes the next number of the grid; another grid's code moves the building there."""

    required = (_GRID_CODE, _CODE, _NAME)

    code = Cell(_CODE, lambda building: building.territory.code)
    grid_code = Cell(_GRID_CODE, lambda building: building.territory.code[:15])
    grid_name = Cell(_NAME_OF_GRID, lambda building: building.territory.ancestor_at(Level.GRID).name)
    name = Cell(_NAME, lambda building: building.territory.name)
    address = Cell(_ADDRESS, lambda building: building.address)
    longitude = Cell(_LONGITUDE, lambda building: building.longitude)
    latitude = Cell(_LATITUDE, lambda building: building.latitude)
    households = Cell(_HOUSEHOLDS, lambda building: building.households)

    class Meta:
        model = Building
        fields = ("code", "grid_code", "grid_name", "name", "address", "longitude", "latitude", "households")
        import_id_fields = ()
        use_transactions = True

    def find(self, row: Row) -> Building | None:
        code = text_of(row.get(str(_CODE)))
        return Building.objects.select_related("territory").filter(territory__code=code).first() if code else None

    def apply(self, found: Building | None, row: Row) -> Building:
        assert self.actor is not None
        name, code = text_of(row[str(_NAME)]), text_of(row[str(_CODE)])
        grid = _place(text_of(row[str(_GRID_CODE)]), Level.GRID, _GRID_CODE)
        details: dict[str, Any] = {}
        if str(_ADDRESS) in row:
            details["address"] = text_of(row[str(_ADDRESS)])
        if str(_HOUSEHOLDS) in row:
            details["households"] = number_of(row[str(_HOUSEHOLDS)], str(_HOUSEHOLDS))
        for column, field in ((_LONGITUDE, "longitude"), (_LATITUDE, "latitude")):
            if str(column) in row:
                details[field] = decimal_of(row[str(column)], str(column))
        if found is None:
            place = services.add_building(actor=self.actor, grid=grid, name=name, code=code, **details)
            return Building.objects.select_related("territory").get(territory=place)
        services.rename(actor=self.actor, territory=found.territory, name=name)
        services.change_building(actor=self.actor, building=found, **details)
        services.move_building(actor=self.actor, building=found.territory, grid=grid)
        return Building.objects.select_related("territory").get(pk=found.pk)


def _unit_name(appointment: Appointment) -> str:
    unit = unit_of(appointment)
    return unit.name if unit is not None else ""


class AppointmentResource(ServiceResource):
    """Appointments: new ones are given; an existing one can only get its last day."""

    required = (_PERSON, _ROLE, _TERRITORY_CODE, _STARTS)

    person = Cell(_PERSON, lambda one: one.user_id)
    person_name = Cell(_NAME_OF_PERSON, lambda one: one.user.public_name)
    role = Cell(_ROLE, lambda one: str(Role(one.role).label))
    territory_code = Cell(_TERRITORY_CODE, lambda one: one.territory.code)
    starts_on = Cell(_STARTS, lambda one: one.starts_on.isoformat())
    ends_on = Cell(_ENDS, lambda one: one.ends_on.isoformat() if one.ends_on else "")
    public_phone = Cell(_OFFICE_PHONE, lambda one: one.public_phone)
    reason = Cell(_REASON, lambda one: one.reason)
    unit = Cell(_UNIT, _unit_name)

    class Meta:
        model = Appointment
        fields = (
            "person",
            "person_name",
            "role",
            "territory_code",
            "starts_on",
            "ends_on",
            "public_phone",
            "reason",
            "unit",
        )
        import_id_fields = ()
        use_transactions = True

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("user", "territory", "unit_office__body")

    def find(self, row: Row) -> Appointment | None:
        return (
            Appointment.objects.select_related("user", "territory")
            .filter(
                user=self._person(row),
                role=self._role(row),
                territory=_place(text_of(row[str(_TERRITORY_CODE)]), None, _TERRITORY_CODE),
                starts_on=day_of(row[str(_STARTS)], str(_STARTS)) or timezone.localdate(),
            )
            .first()
        )

    def apply(self, found: Appointment | None, row: Row) -> Appointment:
        assert self.actor is not None
        ends_on = day_of(row.get(str(_ENDS)), str(_ENDS))
        if found is None:
            found = appoint(
                actor=self.actor,
                user=self._person(row),
                role=self._role(row),
                territory=_place(text_of(row[str(_TERRITORY_CODE)]), None, _TERRITORY_CODE),
                starts_on=day_of(row[str(_STARTS)], str(_STARTS)),
                ends_on=ends_on,
                reason=text_of(row.get(str(_REASON))),
                public_phone=text_of(row.get(str(_OFFICE_PHONE))),
            )
        elif ends_on != found.ends_on:
            if ends_on is None:
                raise Invalid(_("任职已经定了卸任日期，不能改回没有。请另起一行重新任命。"))
            found = end_appointment(actor=self.actor, appointment=found, on=ends_on)
        words = text_of(row.get(str(_UNIT)))
        if str(_UNIT) in row and words != _unit_name(found):
            unit = Units([found.territory]).named(found.territory, words) if words else None
            set_unit(actor=self.actor, appointment=found, unit=unit)
        return Appointment.objects.select_related("user", "territory").get(pk=found.pk)

    def _person(self, row: Row) -> User:
        text = text_of(row[str(_PERSON)])
        found = User.objects.filter(pk=int(text)).first() if text.isascii() and text.isdigit() else None
        if found is None:
            raise Invalid(_("没有编号是“%s”的人员。编号在后台“用户”列表的第一列。") % text[:20])
        return found

    def _role(self, row: Row) -> Role:
        text = text_of(row[str(_ROLE)])
        for role in Role:
            if text in (str(role.label), role.value):
                return role
        raise Invalid(
            _("没有“%(text)s”这个角色。可以写：%(roles)s。")
            % {"text": text[:20], "roles": list_words(str(role.label) for role in Role if role != Role.RESIDENT)}
        )
