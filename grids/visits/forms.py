"""Forms of visits: the short one at the door, the reason for a look, and a need that becomes an incident."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.incidents.forms import ReportForm
from grids.pairing.forms import household_named
from grids.pairing.models import Household
from grids.territory.domain import STEP, Level
from grids.territory.models import Territory
from grids.visits.correcting import REASON_LONGEST
from grids.visits.domain import WORDS_LONGEST, Kind, Topic
from grids.visits.models import Visit
from portal.deadlines.domain import TIME_ZONE


class VisitForm(forms.Form):
    """How it went; everything else may be left out, so that it takes half a minute in front of a door."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    visited_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("这次怎么样"),
        choices=Kind.choices,
        widget=forms.RadioSelect(attrs={"class": "chips"}),
        error_messages={"required": _("请选这次怎么样。"), "invalid_choice": _("请从列表里选。")},
    )
    topics = forms.MultipleChoiceField(
        label=_("聊到什么"),
        choices=Topic.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "chips"}),
    )
    words = forms.CharField(
        label=_("记一句"),
        required=False,
        max_length=WORDS_LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("只有网格和社区的工作人员看得到。不用写姓名和病名。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid4()})
        super().__init__(*args, **kwargs)


class CorrectForm(VisitForm):
    """What was written down wrongly: the household, the day, how it went, the words."""

    household = forms.CharField(
        label=_("哪一户"),
        max_length=80,
        help_text=_("楼栋和门牌号，例如“3栋 2单元501”。"),
        error_messages={"required": _("请写楼栋和门牌号。")},
    )
    day = forms.DateField(
        label=_("哪一天"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请选哪一天。")},
    )
    time = forms.TimeField(
        label=_("几点"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("请写几点。")},
    )
    reason = forms.CharField(
        label=_("为什么要改"),
        max_length=REASON_LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("走访的人看得到。"),
        error_messages={"required": _("请写为什么要改。")},
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("household", "day", "time", "kind", "topics", "words", "reason")

    def __init__(self, data: Any = None, *, visit: Visit, is_fresh: bool) -> None:
        at = timezone.localtime(visit.visited_at)
        initial = {name: getattr(visit, name) for name in ("kind", "topics", "words")}
        initial |= {"household": visit.household.label, "seen": visit.corrections}
        super().__init__(
            data, initial={**initial, "day": at.date(), "time": at.time().replace(second=0, microsecond=0)}
        )
        self.visit = visit
        del self.fields["key"], self.fields["visited_at"]
        self.fields["words"].help_text = ""
        if is_fresh:
            self.fields["reason"].required = False
            self.fields["reason"].help_text = ""

    def clean_household(self) -> Household:
        """The household meant; the one that stood there, where nothing was changed."""
        if "household" not in self.changed_data:
            return self.visit.household
        return household_named(self.cleaned_data["household"], str(self.visit.building.path)[: STEP * Level.COMMUNITY])

    @property
    def given(self) -> dict[str, Any]:
        """What was filled in, as the service takes it; the time only where it was changed, since it has seconds."""
        data = dict(self.cleaned_data)
        day, time = data.pop("day"), data.pop("time")
        if {"day", "time"} & set(self.changed_data):
            data["visited_at"] = datetime.combine(day, time, tzinfo=TIME_ZONE)
        return data


class WithdrawForm(forms.Form):
    """Why a visit counts no longer."""

    reason = forms.CharField(
        label=_("为什么撤回"),
        max_length=REASON_LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如“记错了人家”“重复记了”。不用写姓名。"),
        error_messages={"required": _("请写为什么撤回。")},
    )


class LookForm(forms.Form):
    """Why somebody further away reads what was written."""

    why = forms.CharField(label=_("为什么要看"), max_length=200, error_messages={"required": _("请写明为什么要看。")})


class NeedForm(ReportForm):
    """What becomes an incident, in the household's building."""

    def __init__(self, *args: Any, building: Territory, solves: bool, **kwargs: Any) -> None:
        super().__init__(
            *args, places=[(building.name, [(str(building.code), building.name)])], solves=solves, **kwargs
        )
        for name in ("place", "longitude", "latitude"):
            del self.fields[name]
