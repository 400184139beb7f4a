"""Planning a route: who, when, and the points in order."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grids.patrols.domain import MOST_POINTS, Rhythm
from grids.patrols.models import PatrolPoint, PatrolRoute
from grids.patrols.queries import walkers_of
from grids.patrols.services import PointGiven
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User

WEEKDAYS = (
    (1, _("周一")),
    (2, _("周二")),
    (3, _("周三")),
    (4, _("周四")),
    (5, _("周五")),
    (6, _("周六")),
    (7, _("周日")),
)
MORE_ROWS = 4


def rhythm_words(route: PatrolRoute) -> str:
    """How often a route is walked, in words."""
    if route.rhythm == Rhythm.EVERY:
        return gettext("每 {n} 天一次").format(n=route.every) if route.every > 1 else gettext("每天")
    named = dict(WEEKDAYS)
    return "、".join(str(named[day]) for day in route.weekdays)


class NamedUserField(forms.ModelChoiceField[User]):
    """Somebody by the name the staff know them by."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.legal_name or obj.public_name)


class RouteForm(forms.Form):
    """What the route is; its points stand in `PointForm`s below."""

    name = forms.CharField(label=_("路线名称"), max_length=40, error_messages={"required": _("请给路线起个名字。")})
    assigned_to = NamedUserField(
        label=_("谁来走"),
        queryset=User.objects.none(),
        empty_label=_("请选一位"),
        help_text=_("在这里任职的人。请假的日子由代班的人走。"),
        error_messages={"required": _("请选谁来走。")},
    )
    rhythm = forms.ChoiceField(label=_("多久一次"), choices=Rhythm.choices, widget=forms.RadioSelect)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("周几走"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "chips"}),
        help_text=_("“每周固定几天”时选。"),
    )
    number = forms.IntegerField(
        label=_("几次、几天"),
        min_value=1,
        max_value=60,
        required=False,
        help_text=_("“每周几次”填次数，“每隔几天”填天数。"),
    )

    def __init__(
        self,
        data: QueryDict | None,
        *,
        place: Territory,
        route: PatrolRoute | None = None,
        typed: QueryDict | None = None,
    ) -> None:
        """`typed`: what was written so far, where only more rows were asked for and nothing is complained of yet."""
        initial: dict[str, Any] = {"rhythm": Rhythm.WEEKDAYS, "weekdays": [1, 3, 5], "number": 2}
        if typed is not None:
            initial = {**typed.dict(), "weekdays": typed.getlist("weekdays")}
        elif route is not None:
            number = route.every if route.rhythm == Rhythm.EVERY else len(route.weekdays)
            initial = {"name": route.name, "assigned_to": route.assigned_to_id, "rhythm": route.rhythm}
            initial |= {"weekdays": route.weekdays, "number": number or 1}
        super().__init__(data, initial=initial)
        people = self.fields["assigned_to"]
        assert isinstance(people, forms.ModelChoiceField)
        people.queryset = walkers_of(place)

    def clean_number(self) -> int:
        """One where nothing was written: only two rhythms ask for it."""
        return int(self.cleaned_data.get("number") or 1)


class PointForm(forms.Form):
    """One point: a building or a spot, and what to look at."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    building = forms.ChoiceField(label=_("楼栋"), required=False)
    spot = forms.CharField(label=_("位置"), required=False, max_length=60)
    look_at = forms.CharField(label=_("看什么"), required=False, max_length=80)

    all_optional = True

    def __init__(self, *args: Any, buildings: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].choices = [("", _("不在楼里")), *buildings]  # type: ignore[attr-defined]


def buildings_of(place: Territory) -> list[tuple[str, str]]:
    """Buildings of the place by key."""
    found = Territory.objects.under(place).at(Level.BUILDING).defer("boundary").order_by("path")[:200]
    return [(str(each.pk), each.name) for each in found]


def point_forms(
    data: QueryDict | None, *, place: Territory, route: PatrolRoute | None, typed: QueryDict | None = None
) -> list[PointForm]:
    """A row for each point there is, or that was written, and some more to write on."""
    buildings = buildings_of(place)
    initials: list[dict[str, Any]]
    if data is not None or typed is not None:
        asked = str((data if data is not None else typed or QueryDict()).get("rows", ""))
        rows = int(asked) if asked.isdecimal() else MORE_ROWS
        rows = min(rows + (MORE_ROWS if data is None else 0), MOST_POINTS)
        written = typed.dict() if typed is not None else {}
        initials = [
            {name: written.get(f"p{number}-{name}", "") for name in PointForm.base_fields} for number in range(rows)
        ]
    else:
        points = PatrolPoint.objects.filter(route=route, is_active=True) if route is not None else []
        initials = [
            {"pk": one.pk, "building": one.building_id or "", "spot": one.spot, "look_at": one.look_at}
            for one in points
        ]
        initials += [{} for _more in range(min(MORE_ROWS, MOST_POINTS - len(initials)))]
    return [
        PointForm(data, prefix=f"p{number}", buildings=buildings, initial=initial)
        for number, initial in enumerate(initials)
    ]


def points_given(rows: list[PointForm]) -> list[PointGiven]:
    """What was written, in order. Call it when all are valid."""
    keys = [int(row.cleaned_data["building"]) for row in rows if row.cleaned_data["building"]]
    buildings = Territory.objects.defer("boundary").in_bulk(keys)
    return [
        PointGiven(
            building=buildings.get(int(row.cleaned_data["building"] or 0)),
            spot=row.cleaned_data["spot"],
            look_at=row.cleaned_data["look_at"],
            pk=row.cleaned_data["pk"],
        )
        for row in rows
    ]
