"""Objects made of the rows of statements that are written out."""

import pytest
from django.db import connection

from portal.accounts.models import User
from portal.columns import Columns
from portal.outbox.models import Event
from tests.grids.roles.factories import PersonFactory


@pytest.mark.django_db
def test_a_row_becomes_the_objects_of_its_tables_and_nothing_where_a_join_found_nothing() -> None:
    person = PersonFactory(display_name="桂芳阿姨")
    people, others = Columns(User, "p", only=User.NAMED_BY), Columns(User, "o", without=("password",))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {people.sql}, {others.sql} FROM portal_user p "
            "LEFT JOIN portal_user o ON o.id = -1 WHERE p.id = %s",
            [person.pk],
        )
        row = iter(cursor.fetchone())
    found, other = people.take(row), others.take(row)
    assert found == person
    assert found is not None
    assert found.public_name == "桂芳阿姨"
    assert found.get_deferred_fields() >= {"password", "phone"}
    assert found.phone == person.phone
    assert other is None
    assert list(row) == []


def test_what_django_converts_is_refused() -> None:
    with pytest.raises(TypeError, match="payload"):
        Columns(Event, "e")
    assert Columns(Event, "e", without=("payload",)).sql.startswith('e."id", e."type"')
