"""Pages and programs that change the net: first a look, then the deed; old numbers lead to the present grid."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from grids.lineage.services import merge_grids
from grids.roles.domain import Role
from grids.roles.models import Appointment
from grids.territory.browsing import children, search_places
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from tests.grids.roles.factories import AppointmentFactory, make_staff
from tests.grids.territory.factories import BuildingFactory, CommunityFactory, DistrictFactory, GridFactory, square
from tests.portal.accounts.factories import enter

pytestmark = pytest.mark.django_db
WHY = "户数太多"


@pytest.fixture
def admin() -> User:
    return make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory())


@pytest.fixture
def browser(admin: User) -> Client:
    return enter(Client(), admin, second_factor=True)


@pytest.fixture
def grid() -> Territory:
    place: Territory = GridFactory(boundary=square(118.7, 32.0), name="西网格")
    for name in ("1栋", "2栋"):
        BuildingFactory(grid=place, name=name, households=80)
    return place


def building(grid: Territory) -> Territory:
    found: Territory = Territory.objects.children_of(grid).order_by("-path")[0]
    return found


def send(client: Client, route: str, place: Territory | None = None, **given: Any) -> Any:
    return client.post(reverse(f"admin:grids_grid_{route}", args=[place.grid.pk] if place else []), given)


def test_a_split_is_looked_at_and_then_done(browser: Client, grid: Territory) -> None:
    given = {"name": "东网格", "buildings": [building(grid).pk], "reason": WHY}
    looked = send(browser, "split", grid, preview="1", **given)
    page = looked.content.decode()
    assert "就这样办" in page
    assert "2栋" in page
    assert Territory.objects.at(Level.GRID).count() == 1
    assert send(browser, "split", grid, confirm="1", **given).status_code == 302
    new = Territory.objects.get(name="东网格")
    assert building(grid).name == "1栋"
    page = browser.get(reverse("admin:grids_grid_change", args=[new.grid.pk])).content.decode()
    assert "编号沿革" in page
    assert "从别的网格分出" in page


def test_what_is_wrong_keeps_what_was_typed(browser: Client, grid: Territory) -> None:
    every = list(Territory.objects.children_of(grid).values_list("pk", flat=True))
    answer = send(browser, "split", grid, confirm="1", name="东网格", buildings=every, reason=WHY)
    assert answer.status_code == 400
    page = answer.content.decode()
    for words in ("至少要留下一栋", 'value="东网格"', WHY):
        assert words in page
    assert "就这样办" not in page


def test_a_merge_shows_who_goes_on(browser: Client, grid: Territory) -> None:
    other = GridFactory(name="东网格")
    AppointmentFactory(role=Role.GRID_HEAD, territory=other)
    head = AppointmentFactory(role=Role.GRID_HEAD, territory=grid, user__legal_name="陈国平")
    given = {"into": other.pk, "carry": [head.pk], "reason": WHY}
    page = send(browser, "merge", grid, preview="1", **given).content.decode()
    assert "陈国平" in page
    assert "过去做网格员" in page
    assert send(browser, "merge", grid, confirm="1", **given).status_code == 302
    assert Appointment.objects.in_force().get(user=head.user).role == Role.GRID_MEMBER
    assert browser.get(reverse("admin:grids_grid_merge", args=[grid.grid.pk])).status_code == 403
    listed = browser.get(reverse("admin:grids_grid_changelist")).content.decode()
    assert grid.code not in listed
    gone = browser.get(reverse("admin:grids_grid_changelist"), {"living": "gone"}).content.decode()
    assert grid.code in gone


def test_numbers_are_looked_at_and_then_given(browser: Client) -> None:
    community = CommunityFactory()
    for n, number in enumerate((2, 1)):
        GridFactory(code=f"{community.code}{number:03d}", boundary=square(118.7 + n * 0.002, 32.0))
    given = {"community": community.pk, "reason": "从西到东"}
    looked = send(browser, "renumber", preview="1", **given)
    assert f"<b>{community.code}003</b>" in looked.content.decode()
    seen = looked.context["form"].data["seen"]
    assert send(browser, "renumber", confirm="1", seen="001-009", **given).status_code == 400
    assert send(browser, "renumber", confirm="1", seen=seen, **given).status_code == 302
    assert Territory.objects.filter(code=f"{community.code}003").exists()


def test_administrators_of_other_places_find_no_grid(grid: Territory) -> None:
    elsewhere = make_staff(Role.SYSTEM_ADMINISTRATOR, DistrictFactory(code="120101"))
    client = enter(Client(), elsewhere, second_factor=True)
    for route in ("split", "merge"):
        assert client.get(reverse(f"admin:grids_grid_{route}", args=[grid.grid.pk])).status_code == 404
    answer = send(client, "renumber", preview="1", community=CommunityFactory().pk, reason=WHY)
    assert answer.status_code == 400


def test_programs_look_first_too(browser: Client, grid: Territory) -> None:
    url = reverse("api_grid_split", args=[grid.code])
    given = {"name": "东网格", "buildings": [building(grid).pk], "reason": WHY}
    looked = browser.post(url, {**given, "preview": True}, content_type="application/json").json()
    assert (looked["done"], looked["households"], looked["grid"]) == (False, 80, None)
    done = browser.post(url, given, content_type="application/json").json()
    assert done["done"] is True
    merged = browser.post(
        reverse("api_grid_merge", args=[done["grid"]]),
        {"into": grid.code, "reason": "又搬走了"},
        content_type="application/json",
    ).json()
    assert merged["grid"] == grid.code
    numbers = browser.get(reverse("api_grid_numbers", args=[done["grid"]])).json()
    assert [(each["code"], each["fate"]) for each in numbers] == [(grid.code, ""), (done["grid"], "merged")]
    url = reverse("api_grids_renumber", args=[grid.code[:12]])
    asked = browser.post(url, {"reason": WHY, "preview": True}, content_type="application/json").json()
    assert [row["old_code"] for row in asked["grids"]] == [grid.code]
    assert browser.post(url, {"reason": WHY}, content_type="application/json").status_code == 409


def test_an_old_number_finds_the_present_grid_everywhere(admin: User, grid: Territory, client: Client) -> None:
    other = GridFactory(name="东网格", boundary=square(118.69, 32.0))
    old = building(grid).code
    merge_grids(actor=admin, grid=grid, into=other, reason=WHY)
    page = client.get(reverse("grid_page", args=[grid.code]), follow=True)
    assert page.redirect_chain == [(reverse("grid_page", args=[other.code]), 302)]
    assert f"编号 {grid.code} 现在是东网格" in page.content.decode()
    assert client.get(reverse("grid_page", args=[old]), follow=True).redirect_chain[-1][0].endswith(f"{other.code}/")
    assert client.get(reverse("api_grid", args=[grid.code])).json()["place"]["code"] == other.code
    assert client.get(reverse("grid_page", args=[f"{grid.code[:12]}999"])).status_code == 404


def test_a_dissolved_grid_is_offered_nowhere(admin: User, grid: Territory, client: Client) -> None:
    other = GridFactory(name="东网格")
    merge_grids(actor=admin, grid=grid, into=other, reason=WHY)
    assert children(CommunityFactory()) == [other]
    assert [found.place for found in search_places("网格", (Level.GRID,))] == [other]
    listed = client.get(reverse("api_territories"), {"under": grid.code[:12]}).json()["results"]
    assert [row["code"] for row in listed] == [other.code]
