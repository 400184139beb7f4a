"""Which queries a page asks, and how PostgreSQL answers each."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from tests.benchmarks.load import TOKEN, Ask

EXPLAINED = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Query:
    """One query of a page; `plan` is empty for those that have none."""

    sql: str
    plan: str


class Captured:
    """Every query sent while it is in force."""

    def __init__(self) -> None:
        self.queries: list[tuple[str, Any]] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many:
            self.queries.append((sql, params))
        return execute(sql, params, many, context)


@contextmanager
def captured() -> Iterator[Captured]:
    """Inside, queries are written down."""
    found = Captured()
    with connection.execute_wrapper(found):
        yield found


def explain(sql: str, params: Any, *, analyze: bool) -> str:
    """The plan as PostgreSQL tells it; with `analyze`, a reading query is carried out and its rows are counted."""
    options = "COSTS OFF"
    if analyze and sql.lstrip().upper().startswith(("SELECT", "WITH")) and "FOR UPDATE" not in sql:
        options = "ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF"
    with transaction.atomic(), connection.cursor() as cursor:
        # As PostgreSQL thinks unless told otherwise; the settings of tests tell it to be quick.
        cursor.execute("SET LOCAL join_collapse_limit = 8")
        cursor.execute(f"EXPLAIN ({options}) {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def plans_of(ask: Ask) -> list[dict[str, str]]:
    """The queries of one page, explained. What a form changes is undone."""
    client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = ask.cookie
    client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    with transaction.atomic():
        with captured() as found:
            answer = client.get(ask.path) if ask.form is None else client.post(ask.path, {"csrfmiddlewaretoken": TOKEN})
        assert answer.status_code == (200 if ask.form is None else 302), (ask, answer.status_code)
        queries = [
            Query(sql, explain(sql, params, analyze=True) if EXPLAINED.match(sql) else "")
            for sql, params in found.queries
            if "SAVEPOINT" not in sql
        ]
        transaction.set_rollback(True)
    return [asdict(query) for query in queries]
