"""Codes of places in addresses: `<division:code>`."""

from django.urls import register_converter


class DivisionCode:
    """A code of the tree, 2 to 18 digits."""

    regex = "[0-9]{2,18}"

    def to_python(self, value: str) -> str:
        """The code as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """The code as it stands."""
        return value


register_converter(DivisionCode, "division")
