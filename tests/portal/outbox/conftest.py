"""A registry of the test's own on top of the real one."""

from collections.abc import Callable

import pytest

from portal.outbox import registry
from portal.outbox.models import Event
from portal.outbox.registry import Visibility, event, handles
from tests.portal.outbox.factories import Pinged

Reaction = Callable[[Event, Pinged], None]


@pytest.fixture
def pinged(monkeypatch: pytest.MonkeyPatch) -> type[Pinged]:
    """Declares the test's event type; forgotten afterwards, with its handlers."""
    for name in ("_types", "_types_by_class", "_handlers"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))
    return event("tests.pinged", label="叮", visibility=Visibility.PUBLIC)(Pinged)


@pytest.fixture
def react(pinged: type[Pinged]) -> Callable[[str, Reaction], Reaction]:
    """Declares a handler of the test's event type."""

    def declare(name: str, function: Reaction) -> Reaction:
        return handles(pinged, name=name)(function)

    return declare
