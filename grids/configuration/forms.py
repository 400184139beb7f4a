"""Forms of the admin pages. What a service refuses is shown at its field, with everything typed still there."""

import json
from typing import Any, ClassVar

import shapely
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.bodies.domain import UNIT_KINDS
from grids.bodies.models import Body, UnitOffice
from grids.bodies.units import NoSuchUnit, Units
from grids.configuration.checking import check_drawing, read_outline
from grids.configuration.widgets import BoundaryWidget
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.territory.datum import Datum, in_wgs84
from grids.territory.domain import Level
from grids.territory.geometry import read_boundary, square_metres
from grids.territory.inherited import registered_settings
from grids.territory.models import Building, Grid, Territory, TerritorySetting
from portal.accounts.models import User
from portal.accounts.phones import normalise_phone
from portal.errors import DomainError, Invalid

# What a form without scripts sends along with a boundary's file.
READ, FILE = "_read_boundary", "boundary_file"


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """`refusal` is what a service said when the same input was saved a moment ago."""

    refusal: ClassVar[DomainError | None] = None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.refusal is not None:
            field = self.refusal.field if self.refusal.field in self.fields else None
            self.add_error(field, str(self.refusal.message))
        return cleaned


class PersonByPhoneForm(ServiceForm):
    """Somebody named by their phone: nobody browses people here. The cleaned value is the person."""

    phone = forms.CharField(label=_("手机号"), max_length=30)

    def clean_phone(self) -> User:
        number = normalise_phone(self.cleaned_data["phone"])
        person = User.objects.filter(phone=number, is_active=True).first() if number else None
        if person is None:
            raise forms.ValidationError(_("没有人用这个手机号登记。请本人先登录一次。"))
        return person


class GridForm(ServiceForm):
    """A grid with its name and boundary, which stand in the tree."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如 第 003 网格"))
    community = forms.ModelChoiceField(
        label=_("社区"), queryset=Territory.objects.none(), required=False, help_text=_("输入名字里的字来找")
    )
    code = forms.CharField(
        label=_("网格编码"), max_length=15, required=False, help_text=_("15 位：社区 12 位加 3 位序号；不填就用下一个")
    )
    boundary = forms.CharField(label=_("边界"), required=False, widget=BoundaryWidget)
    datum = forms.ChoiceField(
        label=_("新边界用的坐标"),
        choices=Datum.choices,
        initial=Datum.WGS84,
        required=False,
        help_text=_("在这里的图上画的不用管；从高德、腾讯地图导出的选 GCJ-02，存的时候会换算"),
    )
    boundary_is_illustrative = forms.BooleanField(
        label=_("示意边界"), required=False, help_text=_("不是正式划定的，公开页上会注明")
    )

    class Meta:
        model = Grid
        fields = ("household_count", "supervision_phone", "area_description")

    field_order = (
        "community",
        "code",
        "name",
        "household_count",
        "supervision_phone",
        "area_description",
        "boundary",
        "datum",
        "boundary_is_illustrative",
    )

    def __init__(self, data: Any = None, files: Any = None, *args: Any, **kwargs: Any) -> None:
        # Without scripts a file is read here: it fills the field, and the form comes back to be looked at.
        self.reads = data is not None and READ in data
        self.unreadable = ""
        if self.reads:
            data = data.copy()
            try:
                data["boundary"] = json.dumps(read_outline((files or {}).get(FILE)))
            except Invalid as refused:
                self.unreadable = str(refused.message)
        super().__init__(data, files, *args, **kwargs)
        self.fields["boundary"].widget.reads_files = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "community" in self.fields and cleaned.get("community") is None:
            self.add_error("community", _("请选社区。"))
        if self.unreadable:
            self.add_error("boundary", self.unreadable)
        elif self.reads:
            self.fields["boundary"].widget.seen = self._seen(cleaned)
        return cleaned

    def is_valid(self) -> bool:
        """What was only read from a file is looked at first: such a form has no mistakes and is not saved either."""
        return super().is_valid() and not self.reads

    def _seen(self, cleaned: dict[str, Any]) -> list[str]:
        """What was read from the file, and how it lies beside the other grids; nothing is saved by it."""
        if self.instance.pk:
            community, but = self.instance.territory.ancestor_at(Level.COMMUNITY), self.instance.territory_id
        else:
            community, but = cleaned.get("community"), None
        datum = Datum(cleaned.get("datum") or Datum.WGS84)
        try:
            drawn = in_wgs84(read_boundary(cleaned.get("boundary")), datum)
            found = check_drawing(community, cleaned["boundary"], but=but, datum=datum)["words"] if community else []
        except Invalid as refused:
            return [str(refused.message)]
        words = _("从文件里读到了：%(points)d 个点，约 %(area)s 平方米。还没有存，看好了再点“保存”。")
        size = f"{square_metres(drawn):,.0f}"
        return [words % {"points": shapely.count_coordinates(drawn), "area": size}, *found]


def is_stored(text: str, place: Territory) -> bool:
    """Whether the boundary in the form is the one the place has, in coordinates that are kept already."""
    try:
        return bool(json.loads(text) == place.boundary)
    except ValueError:
        return False


class BuildingForm(ServiceForm):
    """A building with its name and grid, which stand in the tree."""

    grid = forms.ModelChoiceField(
        label=_("网格"), queryset=Territory.objects.none(), help_text=_("改成别的网格，楼栋就划过去")
    )
    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如 3 栋"))
    code = forms.CharField(
        label=_("楼栋编码"), max_length=18, required=False, help_text=_("18 位：网格 15 位加 3 位序号；不填就用下一个")
    )

    class Meta:
        model = Building
        fields = ("address", "longitude", "latitude", "households")


class TerritoryForm(ServiceForm):
    """Only the name people use can be changed."""

    class Meta:
        model = Territory
        fields = ("name",)


class AppointmentForm(ServiceForm):
    """A new appointment. The unit is written, since only the place that is chosen here says which there are."""

    unit = forms.CharField(
        label=_("所属单位"),
        max_length=60,
        required=False,
        help_text=_("只有派到单位的党建指导员、党建联络员要填：辖区选单位所在的社区，这里写单位名称"),
    )

    class Meta:
        model = Appointment
        fields = ("user", "role", "territory", "starts_on", "ends_on", "public_phone", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields.get("role")
        if isinstance(role, forms.TypedChoiceField):
            role.choices = [("", "---------"), *((r.value, r.label) for r in Role if r != Role.RESIDENT)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        words, place = cleaned.get("unit"), cleaned.get("territory")
        cleaned["unit"] = None
        if words and place is not None:
            try:
                cleaned["unit"] = Units([place]).named(place, words)
            except NoSuchUnit as refused:
                self.add_error("unit", str(refused.message))
        return cleaned


class HeldOfficeForm(ServiceForm):
    """The last day of an appointment that was given, and the unit it is for, one of its community."""

    unit = forms.ModelChoiceField(
        label=_("所属单位"),
        queryset=Body.objects.none(),
        required=False,
        empty_label=_("不是派到单位的"),
        help_text=_("这里没有的，先请系统管理员登记在“组织和单位”里"),
    )

    class Meta:
        model = Appointment
        fields = ("ends_on",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields.get("unit")
        if isinstance(unit, forms.ModelChoiceField):
            office = UnitOffice.objects.filter(appointment=self.instance).first()
            here = Body.objects.filter(territory__path__startswith=self.instance.territory.path)
            known = Q(kind__in=list(UNIT_KINDS), is_active=True) | Q(pk=office.body_id if office else None)
            unit.queryset = here.filter(known)
            unit.initial = office.body_id if office else None


class SettingForm(ServiceForm):
    """A place's own value of a registered setting."""

    key = forms.ChoiceField(label=_("设置项"))
    value_text = forms.CharField(
        label=_("值"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("是否类的写“是”或“否”")
    )

    class Meta:
        model = TerritorySetting
        fields = ("territory",)

    field_order = ("territory", "key", "value_text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        key = self.fields.get("key")
        if isinstance(key, forms.ChoiceField):
            key.choices = [("", "---------"), *((s.key, s.label) for s in registered_settings())]
        if self.instance.pk:
            value = self.instance.value
            words = {True: _("是"), False: _("否")}.get(value, value) if isinstance(value, bool) else value
            self.fields["value_text"].initial = words
