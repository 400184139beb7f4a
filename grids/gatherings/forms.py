"""Planning a gathering, asking for leave, the code, the minutes."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.cells.domain import Rank
from grids.cells.models import PartyOrganisation
from grids.gatherings.domain import RANKS_OF_KIND, Audience, GatheringKind
from grids.gatherings.models import Gathering

DATE, TIME = {"type": "date"}, {"type": "time"}
# Where a service's name for a field is not the form's.
FIELD_OF = {"starts_at": "day", "ends_at": "ends"}


def _words(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PlanForm(forms.Form):
    """Which kind, what about, when, where, for whom."""

    kind = forms.ChoiceField(
        label=_("开哪一种"), widget=forms.RadioSelect, error_messages={"required": _("请选一种。")}
    )
    title = forms.CharField(label=_("主题"), max_length=60, error_messages={"required": _("请写主题。")})
    day = forms.DateField(
        label=_("哪一天"),
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        help_text=_("已经开过的，一个月以内可以补记。"),
        error_messages={"required": _("请选哪一天。")},
    )
    starts = forms.TimeField(
        label=_("几点开始"),
        widget=forms.TimeInput(attrs=TIME, format="%H:%M"),
        error_messages={"required": _("请写几点开始。")},
    )
    ends = forms.TimeField(
        label=_("几点结束"),
        widget=forms.TimeInput(attrs=TIME, format="%H:%M"),
        error_messages={"required": _("请写几点结束。")},
    )
    place = forms.CharField(label=_("在哪里"), max_length=80, error_messages={"required": _("请写在哪里开。")})
    topics = forms.CharField(label=_("议题"), max_length=1000, required=False, widget=_words(4))
    audience = forms.ChoiceField(
        label=_("请谁参加"),
        choices=[("", _("照惯例：支委会请班子，其他请全体党员")), *Audience.choices],
        required=False,
    )

    def __init__(
        self, *args: Any, organisation: PartyOrganisation, gathering: Gathering | None = None, **kwargs: Any
    ) -> None:
        if gathering is not None:
            kwargs["initial"] = _initial(gathering)
        super().__init__(*args, **kwargs)
        rank = Rank(organisation.rank)
        own: Any = self.fields
        own["kind"].choices = [(kind.value, kind.label) for kind in GatheringKind if rank in RANKS_OF_KIND[kind]]
        if gathering is not None:
            del self.fields["kind"]
            own["audience"].choices = Audience.choices

    @property
    def given(self) -> dict[str, Any]:
        """What was filled in, as the services take it."""
        data = dict(self.cleaned_data)
        day, starts, ends = data.pop("day"), data.pop("starts"), data.pop("ends")
        zone = timezone.get_default_timezone()
        data["starts_at"] = datetime.combine(day, starts, tzinfo=zone)
        data["ends_at"] = datetime.combine(day, ends, tzinfo=zone)
        return data


def _initial(gathering: Gathering) -> dict[str, Any]:
    starts, ends = timezone.localtime(gathering.starts_at), timezone.localtime(gathering.ends_at)
    values = {name: getattr(gathering, name) for name in ("title", "place", "topics", "audience")}
    return {**values, "day": starts.date(), "starts": starts.time(), "ends": ends.time()}


class CancelForm(forms.Form):
    """Why it is off."""

    reason = forms.CharField(
        label=_("为什么取消"),
        max_length=200,
        help_text=_("请参加的同志都会看到。"),
        widget=_words(),
        error_messages={"required": _("请写为什么取消，大家会看到。")},
    )


class LeaveForm(forms.Form):
    """Why somebody cannot come."""

    reason = forms.CharField(
        label=_("为什么请假"),
        max_length=200,
        help_text=_("只有安排会议的同志看得到。生病只写“身体不适”就可以。"),
        widget=_words(),
        error_messages={"required": _("请写一句为什么请假。")},
    )


class CodeForm(forms.Form):
    """The six digits on the screen."""

    code = forms.CharField(
        label=_("屏幕上的六位签到码"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": _("请输入屏幕上的六位数。")},
    )


class WhyForm(forms.Form):
    """Why full names are needed."""

    why = forms.CharField(
        label=_("为什么要看"),
        max_length=200,
        help_text=_("会记在审计里。例如“点名”。"),
        error_messages={"required": _("请写明为什么要看。")},
    )


class MinutesForm(forms.Form):
    """What was said; one resolution a line. `seen` is the version that stood on the page."""

    text = forms.CharField(
        label=_("会议记录"),
        max_length=10_000,
        required=False,
        strip=False,
        widget=_words(12),
        help_text=_("写的时候会自动存成草稿。签发以后，本组织的党员和上级才看得到。"),
    )
    resolutions = forms.CharField(
        label=_("决议"), required=False, max_length=9_000, widget=_words(4), help_text=_("一行一条。")
    )
    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    @property
    def given(self) -> dict[str, Any]:
        """What was filled in, as the service takes it."""
        data = self.cleaned_data
        return {"text": data["text"], "resolutions": data["resolutions"].splitlines(), "seen": data["seen"]}


class ReopenForm(forms.Form):
    """Why signed minutes are changed."""

    reason = forms.CharField(
        label=_("为什么要改"),
        max_length=200,
        error_messages={"required": _("请写为什么要改。")},
    )
