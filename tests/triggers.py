"""Tests that show what a trigger is there for turn it off for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import connection


@contextmanager
def trigger_off(uri: str) -> Iterator[None]:
    """Without this trigger ("app.Model:name"), for this connection alone.

    ``pgtrigger.ignore`` puts its setting in front of each statement, and two statements cannot be prepared as one.
    """
    [(model, trigger)] = pgtrigger.registered(uri)
    name = trigger.get_pgid(model)
    _ignore("{%s,%s:%s}" % (name, model._meta.db_table, name))  # noqa: UP031 (braces of an array)
    try:
        yield
    finally:
        _ignore("{}")


def _ignore(names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, false)", [names])
