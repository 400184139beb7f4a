"""Answers as JSON and XML that say the same: the XML's lists are the JSON's arrays (the "Spark convention")."""

import json
from typing import Any
from xml.etree import ElementTree

from django.http import HttpResponse

from portal.formats import xml_text

JSON, XML = "json", "xml"
CONTENT_TYPES = {JSON: "application/json; charset=utf-8", XML: "text/xml; charset=utf-8"}
# What the members of each list are called.
MEMBERS = {
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}


def render(root: str, content: Any, form: str, *, status: int = 200) -> HttpResponse:
    """`content` as a document whose XML root is `root`; in JSON the root has no name."""
    body = as_xml(root, content) if form == XML else json.dumps(content, ensure_ascii=False).encode()
    return HttpResponse(body, content_type=CONTENT_TYPES[form], status=status)


def as_xml(root: str, content: Any) -> bytes:
    """An XML document with its declaration."""
    tree = ElementTree.tostring(_element(root, content), encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tree}\n'.encode()


def _element(name: str, value: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(value, dict):
        element.extend(_element(key, inner) for key, inner in value.items())
    elif isinstance(value, list):
        element.extend(_element(MEMBERS[name], inner) for inner in value)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = xml_text(value)
    return element
