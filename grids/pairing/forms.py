"""Pairing by hand, from a proposal, and caring for a household."""

from typing import Any

from django import forms
from django.db.models import Value
from django.db.models.functions import Concat, Replace
from django.utils.translation import gettext_lazy as _

from grids.members.models import PartyMember
from grids.pairing.domain import Care
from grids.pairing.models import Household
from grids.pairing.proposals import read_share
from grids.territory.domain import STEP, Level

_NOBODY = PartyMember.objects.none()


def household_named(words: str, community: str) -> Household:
    """The one household of a community (its path) that is meant by "3栋 2单元501", however spaces are set.

    Raises ValidationError where none or several are.
    """
    said = "".join(words.split())
    rows = Household.objects.select_related("building").filter(building__path__startswith=community)
    written = Replace(Concat("building__name", "door"), Value(" "), Value(""))
    found = list(rows.defer("building__boundary").annotate(written=written).filter(written=said)[:2])
    if not found:
        raise forms.ValidationError(_("这个社区没有登记这一户。请看看楼栋名字和门牌号。"), code="unknown")
    if len(found) > 1:
        raise forms.ValidationError(_("有几栋楼叫这个名字，请从住户名单里打开那一户。"), code="several")
    return found[0]


class PairForm(forms.Form):
    """Which household, by building and door as people say it."""

    where = forms.CharField(
        label=_("哪一户"),
        max_length=80,
        help_text=_("楼栋和门牌号，例如“3栋 2单元501”。"),
        error_messages={"required": _("请写楼栋和门牌号。")},
    )

    def __init__(self, *args: Any, member: PartyMember, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.community = str(member.organisation.territory.path)[: STEP * Level.COMMUNITY]

    def clean_where(self) -> Household:
        """The one household meant. Raises ValidationError where none or several are."""
        return household_named(self.cleaned_data["where"], self.community)


class LeadForm(forms.Form):
    """Which member, of those near by who have room."""

    lead = forms.ModelChoiceField(
        label=_("请谁结对"),
        queryset=_NOBODY,
        empty_label=None,
        error_messages={"required": _("请选一名党员。"), "invalid_choice": _("请选一名党员。")},
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lead"]
        field.queryset = PartyMember.objects.filter(pk__in=[pk for pk, _words in choices])
        field.choices = choices


class PartnerForm(forms.Form):
    """Which member the backbone member leads."""

    partner = forms.IntegerField(
        label=_("带哪名党员（编号）"),
        min_value=1,
        max_value=2**63 - 1,
        help_text=_("编号在党员名单里。"),
        error_messages={"required": _("请写党员的编号。")},
    )


class CareForm(forms.Form):
    """Whether a household needs special care."""

    care = forms.ChoiceField(label=_("需要怎样的关照"), choices=Care.choices, required=False, widget=forms.RadioSelect)


class RevealForm(forms.Form):
    """Why somebody needs to see it."""

    why = forms.CharField(
        label=_("为什么要看"),
        max_length=200,
        help_text=_("会记在审计里。例如“上门前了解”。"),
        error_messages={"required": _("请写明为什么要看。")},
    )


def chosen_pairs(values: list[str]) -> list[tuple[int, int]]:
    """The pairs ticked in a proposal. Raises ValueError for values that no proposal has."""
    return [pair for value in values for pair in read_share(value)]
