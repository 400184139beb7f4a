"""A constraint taken away for a while, to show what it is there for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def without_constraint(model: Any, name: str) -> Iterator[None]:
    """Without this constraint; the rows that came meanwhile go before it is put back."""
    [guard] = [one for one in model._meta.constraints if one.name == name]
    with connection.schema_editor() as editor:
        editor.remove_constraint(model, guard)
    try:
        yield
    finally:
        for related in model._meta.related_objects:
            related.related_model._default_manager.all().delete()
        model._default_manager.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(model, guard)
