"""Pages by key: nothing repeats and nothing is skipped while rows come and go."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from tests.portal.api.factories import PersonFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.portal.api.routes")]


def people(number: int) -> list[int]:
    return [PersonFactory(display_name="listed").pk for _ in range(number)]


def page(client: Client, url: str) -> dict[str, Any]:
    response = client.get(url)
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def test_all_pages_together_are_the_list_while_rows_come_and_go(client: Client) -> None:
    ids = people(7)
    first = page(client, "/api/v1/test/people/?limit=3")
    assert first["results"] == ids[:-4:-1]
    people(4)
    User.objects.filter(pk=ids[4]).delete()
    second = page(client, first["next"])
    third = page(client, second["next"])
    assert first["results"] + second["results"] + third["results"] == ids[::-1]
    assert third["next"] is None


def test_a_full_last_page_has_no_next(client: Client) -> None:
    people(3)
    assert page(client, "/api/v1/test/people/?limit=3")["next"] is None


def test_a_later_page_costs_what_the_first_does(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    people(5)
    first = page(client, "/api/v1/test/people/?limit=2")
    with django_assert_num_queries(1):
        page(client, first["next"])


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=²", "cursor=x", "cursor=W10", "cursor=ü", "cursor=WzFlOTk5XQ"]
)
def test_a_wrong_limit_or_cursor_is_refused(client: Client, query: str) -> None:
    response = client.get(f"/api/v1/test/people/?{query}")
    assert response.status_code == 400
    assert set(response.json()["errors"]) <= {"limit", "cursor"}
