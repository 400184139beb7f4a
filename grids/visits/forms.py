"""Forms of visits: the short one at the door, the reason for a look, and a need that becomes an incident."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.incidents.forms import ReportForm
from grids.territory.models import Territory
from grids.visits.domain import WORDS_LONGEST, Kind, Topic


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
