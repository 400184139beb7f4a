"""Results of jobs lie in a folder of the test's own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: object) -> Path:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return tmp_path
