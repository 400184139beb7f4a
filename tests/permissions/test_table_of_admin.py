"""Role × route × method × status: the configuration site."""

import pytest

from tests.permissions.asking import survey
from tests.permissions.rows import Row, rows
from tests.permissions.world import World

ROWS = [row for row in rows() if row.is_admin]


# The mark has the database made also when this file runs alone; the world manages its own transaction.
@pytest.mark.django_db
def test_there_is_something_to_ask() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_everybody_gets_what_the_table_says(row: Row, world: World) -> None:
    assert survey(world, row) == row.expected()
