"""A form that is taken by one service call: what pages with a button have in common, whatever they are about."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest

from portal.errors import DomainError


def add_domain_error(form: forms.Form, error: DomainError, fields: Mapping[str, str] | None = None) -> None:
    """What a service refused, at its field or above the form; `fields` tells where the form's name is another."""
    field = (fields or {}).get(error.field, error.field)
    form.add_error(field if field in form.fields else None, str(error.message))


def take(
    request: HttpRequest, form: forms.Form, act: Callable[[], object], fields: Mapping[str, str] | None = None
) -> int | None:
    """Takes what was sent: None once it is done, else the status with which the page shows the form again."""
    if request.method != "POST":
        return 200
    if not form.is_valid():
        return 400
    try:
        act()
    except DomainError as error:
        add_domain_error(form, error, fields)
        return error.status
    return None


def typed_words(form: forms.Form | None, *, codes: Collection[str]) -> list[dict[str, Any]]:
    """What somebody typed into a form that cannot be taken any more, so that they can copy it; no values of `codes`."""
    if form is None or not form.is_bound:
        return []
    values = [(field, form.data.get(field.html_name, "")) for field in form]
    return [
        {"label": field.label, "value": value}
        for field, value in values
        if value and not field.is_hidden and field.name not in codes
    ]
