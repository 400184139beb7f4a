"""The OpenAPI schema: what drf-spectacular finds, with the header for repeatable requests and every error."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from portal.api.idempotency import HEADER
from portal.api.problems import MEDIA_TYPE, title_of


class PortalSchema(AutoSchema):
    """Documents Idempotency-Key where a route honours it; says in words only what was written for readers.

    Docstrings are for those who work on the code: a description is given by `extend_schema(description=…)`.
    """

    def get_description(self) -> str:  # type: ignore[override]
        return ""

    def _is_list_view(self, serializer: Any = None) -> bool:
        """What comes page by page is a page of a list; the framework only guesses so from the names of methods."""
        if self.method == "GET" and getattr(self.view, "pagination_class", None) is not None:
            return True
        return bool(super()._is_list_view(serializer))

    def get_override_parameters(self) -> list[Any]:
        method = getattr(self.view, self.method.lower(), None)
        parameters: list[Any] = list(super().get_override_parameters())
        query = getattr(self.view, "query_serializer_class", None)
        if query is not None and self.method == "GET":
            parameters.append(query)
        if getattr(method, "takes_idempotency_key", False):
            parameters.append(
                OpenApiParameter(
                    HEADER,
                    str,
                    OpenApiParameter.HEADER,
                    description=str(
                        _("自己取的唯一编号。用同一个编号重发，得到同一个回答，事情只办一次；保留 24 小时。")
                    ),
                )
            )
        return parameters


# Which refusals an operation can meet, beside those that follow from its shape.
ALWAYS = (404, 406, 429)
CHANGING = (400, 401, 403, 409, 413, 415)
_MORE = "x-refuses"


def refusing(*statuses: int) -> dict[str, Any]:
    """For `extend_schema(extensions=…)`: refusals that do not follow from the shape of an operation."""
    return {_MORE: statuses}


def add_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Give every operation its error answers (a postprocessing hook of drf-spectacular)."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    for schema in components["schemas"].values():
        if schema.get("type") == "object" and schema is not PROBLEM:
            schema.pop("description", None)
    responses = components.setdefault("responses", {})
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status in _statuses(path, method, operation):
                responses.setdefault(f"Problem{status}", _response(status))
                reference = {"$ref": f"#/components/responses/Problem{status}"}
                operation["responses"].setdefault(str(status), reference)
            operation["responses"] = dict(sorted(operation["responses"].items()))
    return result


def _statuses(path: str, method: str, operation: dict[str, Any]) -> set[int]:
    found = {*ALWAYS, *operation.pop(_MORE, ())}
    parameters = operation.get("parameters", [])
    if method != "get":
        found |= set(CHANGING)
    if any(parameter["in"] == "query" for parameter in parameters):
        found.add(400)
    if any(parameter["name"] == HEADER for parameter in parameters):
        found.add(422)
    # An empty requirement among the ways to sign in means that nobody has to.
    if {} not in operation.get("security", []):
        found |= {401, 403}
    return found


def _response(status: int) -> dict[str, Any]:
    return {
        "description": title_of(status),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail", "code", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri", "example": "urn:wuwei:problem:not_found"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "request_id": {"type": "string"},
    },
}
