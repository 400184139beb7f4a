"""The API keeps to its own schema, whoever asks and whatever is sent: no fault of ours, nothing undocumented.

Requests are made from the schema, fitting and not fitting, and half of them name objects that are there. A longer run:

    CONTRACT_EXAMPLES=50 script/test tests/portal/api/test_contract.py -q
"""

import os
from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from pytest_django.plugin import DjangoDbBlocker
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from portal.api.tokens import create_token
from portal.api.views import schema_in
from tests.permissions.world import World, build, undone

ROLES = ("anonymous", "author", "volunteer", "worker", "secretary", "system_administrator")
NAMES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "1"))
load_all_checks()
TRIED = settings(
    max_examples=EXAMPLES,
    database=None,
    derandomize=EXAMPLES < 10,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class TestContract:
    """Every operation for every role, in one world: what a request does to it is undone after the request."""

    @pytest.fixture(scope="class")
    @classmethod
    def world(
        cls, django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[World]:
        generous = dict.fromkeys(("read", "write", "upload", "reveal"), "1000000/m")
        files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"), API_RATES=generous)
        # All requests share the connection whose transaction is rolled back at the end.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        try:
            with files, django_db_blocker.unblock(), transaction.atomic():
                yield build()
                transaction.set_rollback(True)
        finally:
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)

    def test_nothing_happens_that_the_schema_does_not_say(self, world: World) -> None:
        cache.clear()
        found: list[str] = []
        schema = schemathesis.openapi.from_dict(schema_in("zh-hans"))
        schema.app = get_wsgi_application()
        callers = {role: headers_of(world, role) for role in ROLES}
        for place, result in enumerate(schema.get_all_operations()):
            operation = cast(Ok[Any], result).ok()
            for way, mode in enumerate(MODES):
                # In the gate each operation is tried by a third of the roles in each way.
                roles = ROLES if EXAMPLES > 1 else ROLES[(place + way) % 3 :: 3]
                found += complaints(operation, mode, world, {role: callers[role] for role in roles})

        assert not found, "\n\n".join(dict.fromkeys(found))


def headers_of(world: World, role: str) -> dict[str, str]:
    if role not in world.users:
        return {}
    _token, text = create_token(actor=world.users[role], name="contract", days=30)
    return {"Authorization": f"Bearer {text}"}


def complaints(operation: Any, mode: GenerationMode, world: World, callers: dict[str, dict[str, str]]) -> list[str]:
    """What an operation answered to anybody that it should not have."""
    found: list[str] = []

    @TRIED
    @given(case=operation.as_strategy(mode), real=st.booleans(), which=st.integers(0, 50))
    def attempt(case: Any, real: bool, which: int) -> None:
        if real:
            for name, values in known(world).items():
                if name in (case.path_parameters or {}):
                    case.path_parameters[name] = values[which % len(values)]
        for role, headers in callers.items():
            with undone():
                response = case.call(headers=headers)
            try:
                case.validate_response(response, checks=CHECKS.get_by_names(list(NAMES)), headers=headers)
            except FailureGroup as group:
                reasons = "; ".join(f"{failure.title}: {failure.message}" for failure in group.exceptions)
                sent = f"{case.method} {case.path} {case.path_parameters} {case.query} {case.body!r}"[:600]
                found.append(f"{role}: {sent}\n  → {response.status_code} {response.text[:300]}\n  {reasons[:600]}")

    try:
        attempt()
    except Unsatisfiable:
        # Nothing that does not fit can be sent to an operation that takes nothing.
        pass
    except Exception as error:
        found.append(f"{operation.method} {operation.path}: {error!r}"[:600])
    return found


def known(world: World) -> dict[str, list[Any]]:
    """Objects that are there, by the name of the parameter that takes them."""
    return {
        "id": [wish.pk for wish in world.wishes.values()],
        "code": [world.cast.community.code, world.cast.grid.code],
    }


# The mark has the database made also when this file runs alone; the class above manages its own transaction.
@pytest.mark.django_db
def test_there_is_something_to_try() -> None:
    assert len(schema_in("zh-hans")["paths"]) > 40
