"""Results of tests lie in a folder of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.accounts.models import User
from tests.portal.api.factories import PersonFactory
from tests.portal.jobs.factories import declared


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: object) -> Path:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return tmp_path


@pytest.fixture
def counting() -> Iterator[None]:
    """The kind of job that counts to three."""
    with declared():
        yield


@pytest.fixture
def owner(db: None) -> User:
    return PersonFactory()
