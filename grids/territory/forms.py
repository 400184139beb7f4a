"""Looking for a place by name."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """Part of a name, or a code."""

    all_optional = True

    q = forms.CharField(
        label=_("社区、街道或网格的名字"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "enterkeyhint": "search", "autocomplete": "off"}),
    )
