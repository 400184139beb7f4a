"""Forms of the duty board."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grids.duty.domain import days_from
from grids.duty.policies import may_arrange
from grids.duty.queries import colleagues, offices_of
from grids.roles.domain import AbsenceKind, Role
from grids.roles.models import Appointment
from grids.territory.models import Territory
from portal.accounts.models import User

DATE = {"type": "date"}
YEAR = 366


class OfficeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An office with grid, role and name."""

    def label_from_instance(self, obj: Appointment) -> str:
        return f"{obj.territory.name} · {Role(obj.role).label} · {obj.user.legal_name or obj.user.public_name}"


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A colleague by name."""

    def label_from_instance(self, obj: User) -> str:
        return str(obj.legal_name or obj.public_name)


class LeaveForm(forms.Form):
    """Who is away, when, and who stands in."""

    appointment = OfficeField(label=_("谁请假"), queryset=Appointment.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("原因"), choices=AbsenceKind.choices)
    starts_on = forms.DateField(label=_("从哪天起"), widget=forms.DateInput(attrs=DATE))
    ends_on = forms.DateField(
        label=_("哪天恢复上班"), widget=forms.DateInput(attrs=DATE), help_text=_("这一天起本人自己来")
    )
    cover = ColleagueField(
        label=_("谁代班"), queryset=User.objects.none(), required=False, help_text=_("还没定可以先空着，值班表上会提醒")
    )

    def __init__(self, *args: Any, community: Territory, actor: User, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = offices_of(community, days_from(today, YEAR))
        if may_arrange(actor, community):
            self.fields["cover"].queryset = colleagues(community, [actor.pk])  # type: ignore[attr-defined]
        else:
            offices = offices.filter(user=actor)
            del self.fields["cover"]
        self.fields["appointment"].queryset = offices  # type: ignore[attr-defined]


class CoverForm(forms.Form):
    """Who stands in."""

    cover = ColleagueField(label=_("谁代班"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, community: Territory, but: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cover"].queryset = colleagues(community, but)  # type: ignore[attr-defined]
