"""Text messages kept in memory, limits that start from nothing."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache

from portal.accounts.sms.base import TextMessage
from portal.accounts.sms.memory import Backend


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def texts(monkeypatch: pytest.MonkeyPatch) -> list[TextMessage]:
    """The messages sent in this test."""
    sent: list[TextMessage] = []
    monkeypatch.setattr(Backend, "outbox", sent)
    return sent


@pytest.fixture
def last_code(texts: list[TextMessage]) -> Callable[[], str]:
    """The six digits of the newest message."""

    def read() -> str:
        found = re.search(r"\d{6}", texts[-1].text)
        assert found is not None
        return found.group()

    return read
