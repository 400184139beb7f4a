"""Fields of what programs send: words, and rows by their code."""

import re
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

CODE = re.compile(r"^[0-9A-Za-z_-]{1,40}$")


def words(longest: int, help_text: Any, *, required: bool = True) -> serializers.CharField:
    """A text; the services say in words of their own what is missing."""
    return serializers.CharField(
        max_length=longest, required=required, allow_blank=not required, help_text=help_text, **_default(required)
    )


def _default(required: bool) -> dict[str, Any]:
    return {} if required else {"default": ""}


@extend_schema_field(OpenApiTypes.STR)
class CodeField(serializers.SlugRelatedField[Any]):
    """A row by its code; anything that cannot be a code is no row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="code", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or not CODE.match(data):
            self.fail("does_not_exist", slug_name="code", value=str(data)[:40])
        return super().to_internal_value(data)
