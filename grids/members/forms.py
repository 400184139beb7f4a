"""Reporting to the community, correcting one's record, and answering it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.cells.domain import OrganisationKind
from grids.cells.models import PartyOrganisation
from grids.members.domain import Shown
from grids.members.models import ServicePost
from grids.roles.forms import PlaceChoiceField
from grids.territory.domain import Level
from grids.territory.models import Territory


class ReportForm(forms.Form):
    """The reporting slip. `agreed` is asked once, before anything is kept."""

    organisation = forms.ModelChoiceField(
        label=_("到哪个党组织报到"),
        queryset=PartyOrganisation.objects.none(),
        empty_label=None,
        error_messages={"required": _("请选一个社区的党组织。")},
    )
    unit_branch = forms.CharField(
        label=_("您的组织关系在哪个党支部"),
        max_length=60,
        help_text=_("例如“市第一医院内科党支部”。组织关系不变，只是在社区多一份服务。"),
        error_messages={"required": _("请写您的组织关系在哪个党支部。")},
    )
    post = forms.ModelChoiceField(
        label=_("愿意在哪个岗位服务"), queryset=ServicePost.objects.none(), required=False, empty_label=_("听组织安排")
    )
    near = PlaceChoiceField(
        label=_("您住在哪一片"),
        queryset=Territory.objects.none(),
        required=False,
        empty_label=_("不说也可以"),
        help_text=_("结对时好找离您近的邻居。"),
    )
    is_mobile = forms.BooleanField(label=_("我是流动党员"), required=False)
    station = forms.CharField(label=_("在哪个流动党员服务站登记"), max_length=60, required=False)
    shown_to = forms.ChoiceField(
        label=_("您的名字给谁看"), choices=Shown.choices, initial=Shown.STAFF, widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(
        label=_("我单独同意社区使用我的党员信息"),
        error_messages={"required": _("请先同意我们怎样用您的党员信息。不同意也可以照常使用其他功能。")},
    )

    def __init__(self, *args: Any, community: Territory, asks_consent: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: Any = self.fields
        own["organisation"].queryset = PartyOrganisation.objects.filter(
            is_active=True, kind=OrganisationKind.PLACE, territory__path__startswith=str(community.path)
        ).order_by("rank", "territory__path", "name")
        own["post"].queryset = ServicePost.objects.filter(is_active=True)
        own["near"].queryset = (
            Territory.objects.under(community).at(Level.GRID, Level.BUILDING).living().defer("boundary")
        )
        if not asks_consent:
            del self.fields["agreed"]


class CorrectionForm(forms.Form):
    """What only the organisation can put right."""

    words = forms.CharField(
        label=_("哪里不对"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请写清楚哪里不对。")},
    )


class DecisionForm(forms.Form):
    """Confirm or not, and whether the member is of the backbone."""

    decision = forms.ChoiceField(
        label=_("您的答复"),
        choices=[("confirm", _("确认，欢迎报到")), ("refuse", _("先不确认"))],
        widget=forms.RadioSelect,
    )
    is_backbone = forms.BooleanField(label=_("是骨干党员，可以带其他党员"), required=False)
    reason = forms.CharField(
        label=_("答复"),
        max_length=200,
        help_text=_("本人会看到。例如“欢迎，已和您的支部核对过”。"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请写一句答复，本人会看到。")},
    )


class RevealForm(forms.Form):
    """Why somebody needs to know who it is."""

    why = forms.CharField(
        label=_("为什么要看"),
        max_length=200,
        help_text=_("会记在审计里。例如“和支部核对”。"),
        error_messages={"required": _("请写明为什么要看。")},
    )
