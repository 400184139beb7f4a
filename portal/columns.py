"""Statements written out in SQL: which columns of a table they read, and the objects made of what comes back."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

M = TypeVar("M", bound=Model)


class Columns(Generic[M]):
    """Columns of one table of a statement, in the order in which its model takes them.

    What is not read (`without`, or all but `only`) is asked for when somebody wants it after all. Raises TypeError for
    a column whose values Django converts, such as JSON: those come here as the driver gives them.
    """

    def __init__(
        self, model: type[M], alias: str, *, only: Collection[str] = (), without: Collection[str] = ()
    ) -> None:
        fields = [
            field
            for field in model._meta.concrete_fields
            if field.attname not in without and (not only or field.attname in only)
        ]
        for field in fields:
            if hasattr(field, "from_db_value"):
                raise TypeError(f"{field} is converted")
        self._model = model
        self._names = [field.attname for field in fields]
        self._key = self._names.index(model._meta.pk.attname)
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)

    def take(self, row: Iterator[Any]) -> M | None:
        """The object of the next values of a row; None where the join has found nothing."""
        values = list(islice(row, len(self._names)))
        return None if values[self._key] is None else self._model.from_db(DEFAULT_DB_ALIAS, self._names, values)
