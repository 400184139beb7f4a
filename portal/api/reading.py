"""The OpenAPI document arranged for the page that people read."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a field of a body."""

    name: str
    place: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    identifier: str
    method: str
    path: str
    title: str
    words: str
    fields: list[Field]
    answers: list[tuple[str, str]]


@dataclass(frozen=True)
class Group:
    """The operations of one tag: its name in addresses, its words, and how many there are."""

    name: str
    words: str
    operations: list[Operation]


def operations_by_tag(schema: dict[str, Any]) -> list[Group]:
    """Every operation, by its first tag, in the order in which the document names its tags."""
    words = {tag["name"]: tag.get("description", tag["name"]) for tag in schema.get("tags", [])}
    groups: dict[str, list[Operation]] = {name: [] for name in words}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            tag = (operation.get("tags") or [""])[0]
            groups.setdefault(tag, []).append(_operation(schema, path, method, operation))
    return [Group(name, words.get(name, name), operations) for name, operations in groups.items() if operations]


def operation_called(schema: dict[str, Any], identifier: str) -> Operation | None:
    """One operation by its identifier."""
    everything = (one for group in operations_by_tag(schema) for one in group.operations)
    return next((one for one in everything if one.identifier == identifier), None)


def _operation(schema: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    fields = [
        Field(
            given["name"],
            given["in"],
            _kind(given["schema"]),
            bool(given.get("required")),
            given.get("description", ""),
        )
        for given in operation.get("parameters", [])
    ]
    fields += _body_fields(schema, operation)
    answers = [
        (status, _resolved(schema, answer).get("description", "")) for status, answer in operation["responses"].items()
    ]
    return Operation(
        operation["operationId"],
        method.upper(),
        path,
        operation.get("summary", ""),
        operation.get("description", ""),
        fields,
        answers,
    )


def _body_fields(schema: dict[str, Any], operation: dict[str, Any]) -> list[Field]:
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        body = _resolved(schema, media.get("schema", {}))
        required = set(body.get("required", []))
        return [
            Field(name, "body", _kind(given), name in required, given.get("description") or given.get("title", ""))
            for name, given in body.get("properties", {}).items()
        ]
    return []


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a reference points to; the node itself where it is none."""
    reference = node.get("$ref", "")
    if not reference:
        return node
    found: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _kind(given: dict[str, Any]) -> str:
    if "$ref" in given:
        return str(given["$ref"]).rpartition("/")[2]
    if nested := given.get("allOf") or given.get("oneOf"):
        return " | ".join(_kind(one) for one in nested)
    if given.get("type") == "array":
        return f"[{_kind(given.get('items', {}))}]"
    return str(given.get("format") or given.get("type", ""))
