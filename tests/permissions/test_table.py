"""Every route of the portal stands in one table that can be reviewed; the files beside this one ask it."""

from tests.permissions.routes import named_routes
from tests.permissions.rows import rows


def test_every_route_stands_in_the_table() -> None:
    listed = {row.route for row in rows()}
    assert sorted(set(named_routes()) - listed) == []
    assert sorted(listed - set(named_routes())) == []
