"""Asking for residency and deciding about it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.territory.domain import Level
from grids.territory.models import Territory


class PlaceChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Grids and buildings of one community; a building is named with its grid."""

    def label_from_instance(self, obj: Territory) -> str:
        return f"　{obj.name}" if obj.level == Level.BUILDING else obj.name


class ResidencyForm(forms.Form):
    """Where exactly in the community; both answers may be left open."""

    building = PlaceChoiceField(
        label=_("网格或楼栋"),
        queryset=Territory.objects.none(),
        required=False,
        empty_label=_("不清楚，请社区帮我看"),
    )
    address = forms.CharField(
        label=_("门牌号"),
        max_length=120,
        required=False,
        help_text=_("例如 3 栋 2 单元 501 室。只有确认您的社区工作人员能看到，每次查看都有记录。"),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def __init__(self, *args: object, community: Territory, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        below = Territory.objects.under(community).at(Level.GRID, Level.BUILDING).living().defer("boundary")
        self.fields["building"].queryset = below  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """Confirm or not, with a reason either way."""

    decision = forms.ChoiceField(
        label=_("您的决定"),
        choices=[("approve", _("确认，住在这里")), ("refuse", _("先不确认"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        help_text=_("居民会看到。例如“已上门核对”“门牌号对不上，请补一张物业缴费单”。"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写一句理由，居民会看到。")},
    )


class RevealForm(forms.Form):
    """Why somebody needs to see an address."""

    why = forms.CharField(
        label=_("为什么要看"),
        max_length=200,
        help_text=_("会记在审计里。例如“上门核对”。"),
        error_messages={"required": _("请写明为什么要看。")},
    )


class EndForm(forms.Form):
    """Why a residency ends; the person need not say."""

    reason = forms.CharField(label=_("理由"), max_length=200, required=False)
