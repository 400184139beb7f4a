"""Asking for an app token."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from portal.api.tokens import LIFETIMES


class TokenForm(forms.Form):
    """What the token is for, and how long it holds."""

    name = forms.CharField(label=_("用在哪里"), max_length=60, help_text=_("例如：我的统计小程序"))
    days = forms.TypedChoiceField(
        label=_("有效期"),
        coerce=int,
        choices=[(days, ngettext_lazy("%d 天", "%d 天", days) % days) for days in LIFETIMES],
        initial=LIFETIMES[1],
        widget=forms.RadioSelect,
    )
