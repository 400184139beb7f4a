"""What a phone says when looking for a grid."""

from django import forms


class PointForm(forms.Form):
    """A position in WGS-84 degrees, as browsers give it."""

    longitude = forms.FloatField(min_value=-180, max_value=180)
    latitude = forms.FloatField(min_value=-90, max_value=90)
