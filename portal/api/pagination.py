"""Pages by key: the next page begins after the last row seen, so that rows that come or go meanwhile neither repeat
nor hide others, and the thousandth page costs what the first does."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an order: never null, and together with the others unique."""

    name: str
    parse: Callable[[Any], Any]
    descending: bool = False

    @property
    def order(self) -> str:
        return f"-{self.name}" if self.descending else self.name

    def after(self, value: Any) -> Q:
        return Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})


class KeysetPagination(BasePagination):
    """Newest first by id. Subclasses name other `keys`."""

    keys: ClassVar[Sequence[Key]] = (Key("id", int, descending=True),)
    page_size: ClassVar[int] = 20
    most: ClassVar[int] = 100

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows after the cursor. Raises ValidationError for a cursor or limit that is none."""
        self.request = request
        size = self._size(request)
        cursor = request.query_params.get("cursor")
        if cursor:
            queryset = queryset.filter(self._after(cursor))
        rows = self.read(queryset, [key.order for key in self.keys], size + 1, view)
        self.has_more = len(rows) > size
        self.rows = rows[:size]
        return self.rows

    def read(self, queryset: QuerySet[Any], order: Sequence[str], count: int, view: APIView | None) -> list[Any]:
        """The first so many rows in this order. Searches have ways of their own to them."""
        return list(queryset.order_by(*order)[:count])

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """What a page is, for the OpenAPI schema."""
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": "string",
                    "format": "uri",
                    "nullable": True,
                    "description": str(gettext_lazy("下一页的地址；没有下一页时为 null")),
                },
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The two parameters of a page, for the OpenAPI schema."""
        return [
            {
                "name": "cursor",
                "in": "query",
                "schema": {"type": "string"},
                "description": str(gettext_lazy("从 next 里原样取来，不要自己拼")),
            },
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": self.most, "default": self.page_size},
                "description": str(gettext_lazy("一页几条")),
            },
        ]

    def _size(self, request: Request) -> int:
        given = request.query_params.get("limit")
        if given is None:
            return self.page_size
        if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= self.most:
            raise ValidationError({"limit": [_("请写 1 到 {most} 之间的整数。").format(most=self.most)]})
        return int(given)

    def _after(self, cursor: str) -> Q:
        """Rows that stand behind the cursor's in the order."""
        condition, equal = Q(), Q()
        for key, value in zip(self.keys, self._values(cursor), strict=True):
            condition |= equal & key.after(value)
            equal &= Q(**{key.name: value})
        return condition

    def _values(self, cursor: str) -> list[Any]:
        try:
            values = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=="))
            if not isinstance(values, list) or len(values) != len(self.keys):
                raise ValueError(values)
            found = [key.parse(value) for key, value in zip(self.keys, values, strict=True)]
            if not all(_is_storable(value) for value in found):
                raise ValueError(values)
        except (ValueError, TypeError, binascii.Error, UnicodeError, OverflowError, RecursionError):
            raise ValidationError({"cursor": [_("cursor 不对，请用上一页给的 next 地址。")]}) from None
        return found

    def _next(self) -> str | None:
        if not self.has_more:
            return None
        values = [getattr(self.rows[-1], key.name) for key in self.keys]
        plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
        cursor = base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)


def _is_storable(value: Any) -> bool:
    """Numbers that fit a column, and moments with their time zone."""
    if isinstance(value, datetime):
        return value.tzinfo is not None
    return not isinstance(value, int) or -(2**63) <= value < 2**63
