"""A need found at a door becomes a wish: in the resident's name or the member's own; both lead to each other."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from grids.visits.models import Visit
from portal.accounts.models import User
from tests.grids.visits.factories import Estate, make_estate, visited
from tests.portal.accounts.factories import enter, enter_as_staff
from tests.wishes.wishes.factories import CategoryFactory
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def estate() -> Estate:
    return make_estate()


def client_of(person: User) -> Client:
    return enter_as_staff(Client(), person) if person.is_staff else enter(Client(), person)


def send(client: Client, visit: Visit, **fields: Any) -> Any:
    page = reverse("wish_from", args=["visit", visit.pk])
    given = {"who": "me", "title": "想请人修水龙头", "category": CategoryFactory().code, "consent": "on", **fields}
    return client.post(page, {"territory": visit.building.code[:15], **given})


def test_a_member_makes_it_a_wish_of_their_own(estate: Estate) -> None:
    visit, member = visited(estate, words="厨房漏水，电话13800001234"), client_of(estate.member.user)
    assert "转为心愿" in member.get(visit.get_absolute_url()).content.decode()
    page = member.get(reverse("wish_from", args=["visit", visit.pk])).content.decode()
    assert "厨房漏水" in page
    assert "13800001234" not in page
    assert estate.homes[0].door not in page
    assert "legal_name" not in page
    assert send(member, visit).status_code == 302
    wish = Wish.objects.get()
    assert wish.author == estate.member.user
    assert wish.number in member.get(visit.get_absolute_url()).content.decode()
    assert visit.get_absolute_url() in member.get(wish.get_absolute_url()).content.decode()
    # Once: whoever comes second is led to it.
    assert send(client_of(estate.grid_head), visit)["Location"] == wish.get_absolute_url()
    assert Wish.objects.count() == 1


def test_staff_enter_it_for_the_resident_and_nobody_else_learns_where_it_came_from(estate: Estate) -> None:
    visit = visited(estate)
    head, street = client_of(estate.grid_head), client_of(estate.street_officer)
    assert send(head, visit, who="other", legal_name="周阿婆").status_code == 302
    wish = Wish.objects.get()
    assert (wish.author.legal_name, wish.entered_by) == ("周阿婆", estate.grid_head)
    assert visit.get_absolute_url() in head.get(wish.get_absolute_url()).content.decode()
    assert visit.get_absolute_url() not in street.get(wish.get_absolute_url()).content.decode()
    assert street.get(reverse("wish_from", args=["visit", visit.pk])).status_code == 404
