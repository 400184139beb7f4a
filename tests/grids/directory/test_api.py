"""Places, grids, positions, roles and residency for programs."""

import pytest
from django.test import Client
from django.urls import reverse

from grids.roles.domain import Role
from grids.roles.models import Residency
from tests.grids.roles.factories import AppointmentFactory, PersonFactory, make_resident
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, GridFactory, square
from tests.portal.accounts.factories import enter

pytestmark = pytest.mark.django_db


def test_the_tree_is_walked_and_searched(client: Client) -> None:
    GridFactory(name="第 003 网格")
    url = reverse("api_territories")
    below = client.get(url, {"under": "320105004"}).json()
    assert [row["name"] for row in below["results"]] == ["洲岛家园社区"]
    assert [row["code"] for row in client.get(url, {"q": "洲島"}).json()["results"]] == ["320105004004"]
    assert [row["level"] for row in client.get(url, {"level": 6}).json()["results"]] == [6]
    first = client.get(url, {"limit": 4}).json()
    second = client.get(first["next"]).json()
    codes = [row["code"] for row in first["results"] + second["results"]]
    assert codes == sorted(codes)
    assert len(codes) == 6
    assert second["next"] is None
    assert client.get(url, {"under": "999999"}).status_code == 404
    for bad in ({"under": "x"}, {"level": "9"}, {"color": "red"}):
        assert client.get(url, bad).status_code == 400


def test_a_place_with_what_is_above(client: Client) -> None:
    CommunityFactory()
    found = client.get(reverse("api_territory", args=["320105004004"])).json()
    assert [each["name"] for each in found["above"]] == ["江苏省", "南京市", "建邺区", "江心洲街道"]


def test_a_position(client: Client) -> None:
    grid = GridFactory(boundary=square(118.7, 32.0))
    url = reverse("api_grid_locate")
    assert client.get(url, {"lon": "118.701", "lat": "32.001"}).json()["code"] == grid.code
    outside = client.get(url, {"lon": 100, "lat": 32})
    assert (outside.status_code, outside.headers["Content-Type"]) == (404, "application/problem+json")
    for bad in ({"lat": "1"}, {"lon": "x", "lat": "1"}, {"lon": "999", "lat": "1"}):
        assert client.get(url, bad).status_code == 400


def test_a_grid_as_it_is_published(client: Client) -> None:
    building = BuildingFactory(
        name="3 栋", grid=GridFactory(boundary=square(118.7, 32.0), supervision_phone="025-1234")
    )
    grid = building.ancestors()[-2]
    head = PersonFactory(legal_name="陈国平", phone="+8613900001111")
    AppointmentFactory(user=head, role=Role.GRID_HEAD, territory=grid, public_phone="025-8651 2345")
    answer = client.get(reverse("api_grid", args=[grid.code]))
    found = answer.json()
    assert found["staff"] == [{"role": "网格长", "name": "陈国平", "phone": "025-8651 2345", "place": ""}]
    assert [each["name"] for each in found["buildings"]] == ["3 栋"]
    assert (found["supervision_phone"], found["household_count"]) == ("025-1234", 400)
    assert "13900001111" not in answer.content.decode()
    assert client.get(reverse("api_grid", args=["320105004004"])).status_code == 404


def test_ones_own_roles_and_residency() -> None:
    person = make_resident()
    AppointmentFactory(user=person, role=Role.VOLUNTEER, territory=CommunityFactory())
    client = enter(Client(), person)
    roles = {(row["role"], row["code"]) for row in client.get(reverse("api_roles_mine")).json()}
    assert roles == {("resident", "320105004004"), ("volunteer", "320105004004")}
    mine = client.get(reverse("api_residencies")).json()["results"]
    assert [(row["community"], row["status"]) for row in mine] == [("320105004004", "approved")]
    assert Client().get(reverse("api_roles_mine")).status_code in (401, 403)


def test_asking_for_residency_once() -> None:
    person = PersonFactory()
    client, grid = enter(Client(), person), GridFactory()
    body = {"community": "320105004004", "building": grid.code, "address": "3 栋"}
    send = {"content_type": "application/json", "headers": {"Idempotency-Key": "one"}}
    url = reverse("api_residencies")
    first, second = client.post(url, body, **send), client.post(url, body, **send)  # type: ignore[arg-type]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Residency.objects.get().building == grid
    again = client.post(url, body, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "residency_waiting")
    wrong = client.post(url, {"community": "320105004"}, content_type="application/json")
    assert (wrong.status_code, "community" in wrong.json()["errors"]) == (400, True)
