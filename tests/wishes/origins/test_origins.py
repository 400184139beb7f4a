"""A wish made of an incident: once, by whoever may, with what may be shown; both lead to each other."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from grids.incidents import services as incidents
from grids.incidents.models import Incident
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.masking import mask_numbers
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.incidents.factories import SECRET_NAME, Round, collected, dispatched, make_photo, make_round, rejected
from tests.portal.accounts.factories import enter, enter_as_staff
from tests.wishes.origins.factories import made
from tests.wishes.wishes.factories import CategoryFactory
from wishes.origins.models import WishOrigin
from wishes.origins.registry import kinds, register_source, source_of
from wishes.origins.services import MadeAlready
from wishes.wishes.models import Wish
from wishes.wishes.services import close_cannot_be_done, close_duplicate, discard_draft, start_draft, withdraw_wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Round:
    return make_round()


def page_of(person: User, incident: Incident) -> str:
    client = enter_as_staff(Client(), person) if person.is_staff else enter(Client(), person)
    return client.get(incident.get_absolute_url()).content.decode()


def test_a_wish_is_made_for_the_reporter_by_the_usual_posting(people: Round) -> None:
    photo = make_photo(people.resident)
    incident = dispatched(people, photos=[photo])
    wish = made(people, incident, photos=[photo.pk])

    assert (wish.author, wish.entered_by) == (people.resident, people.grid_head)
    assert wish.number
    assert wish.due_at is not None
    assert (wish.contact_name, wish.contact_phone) == (SECRET_NAME, str(people.resident.phone))
    copy = wish.photos.get().photo
    assert (copy.pk != photo.pk, copy.owner, copy.purpose) == (True, people.grid_head, "wishes.wish")
    assert copy.is_ready
    told = Event.objects.filter(type="wishes.origin.made").values_list("subject_type", "visibility")
    assert sorted(told) == [("grids.incident", "internal"), ("wishes.wish", "internal")]


def test_a_source_becomes_one_living_wish(people: Round) -> None:
    incident = dispatched(people)
    first = made(people, incident)
    with pytest.raises(MadeAlready, match=first.number):
        made(people, incident, by=people.worker)
    close_cannot_be_done(actor=people.grid_head, wish=first, reason="没有人手")
    second = made(people, incident, by=people.worker)
    assert list(WishOrigin.objects.filter(is_current=True).values_list("wish", flat=True)) == [second.pk]
    assert WishOrigin.objects.count() == 2


def test_who_may_and_for_whom(people: Round) -> None:
    incident = dispatched(people)
    for nobody in (people.other_worker, people.stranger, people.informant, people.resident):
        with pytest.raises(NotAllowed):
            made(people, incident, by=nobody)
    with pytest.raises(Invalid) as refused:
        made(people, incident, who=str(people.stranger.pk))
    assert refused.value.field == "who"
    with pytest.raises(Invalid) as refused:
        made(people, incident, photos=[uuid.uuid4()])
    assert refused.value.field == "photos"
    wish = made(people, incident, who="other", legal_name="周大爷", phone="")
    assert (wish.author.legal_name, wish.author.assisted_by) == ("周大爷", people.grid_head)

    none_of_ours = rejected(people)
    own = made(people, none_of_ours, by=people.resident, who="me", contact_name="拾遗")
    assert (own.author, own.entered_by) == (people.resident, None)


def test_a_draft_that_was_begun_is_not_lost(people: Round) -> None:
    incident = dispatched(people)
    draft = start_draft(actor=people.grid_head, on_behalf_of=people.resident)
    with pytest.raises(Conflict, match="没写完"):
        made(people, incident)
    discard_draft(actor=people.grid_head, wish=draft)
    assert made(people, incident).number


def test_both_pages_lead_to_each_other_for_those_who_may_see_both(
    people: Round, django_assert_max_num_queries: Any
) -> None:
    incident = dispatched(people)
    assert reverse("wish_from", args=["incident", incident.pk]) in page_of(people.grid_head, incident)
    assert "转为心愿" not in page_of(people.resident, incident)
    wish = made(people, incident)

    staff = enter_as_staff(Client(), people.worker)
    with django_assert_max_num_queries(12):
        page = staff.get(incident.get_absolute_url()).content.decode()
    assert wish.number in page
    assert "已转为心愿" in page
    assert incident.number in staff.get(wish.get_absolute_url()).content.decode()
    with django_assert_max_num_queries(12):  # places and the calendar are known for a minute
        staff.get(wish.get_absolute_url())
    assert incident.number in enter(Client(), people.resident).get(wish.get_absolute_url()).content.decode()
    for client in (Client(), enter(Client(), people.stranger)):
        assert incident.number not in client.get(wish.get_absolute_url()).content.decode()
        assert wish.number not in client.get(incident.get_absolute_url()).content.decode()


def test_links_hold_through_merges_of_either(people: Round) -> None:
    living, twin = dispatched(people), dispatched(people, spot="东门")
    wish = made(people, twin)
    incidents.merge_incident(actor=people.worker, incident=twin, into=living)
    assert wish.number in page_of(people.worker, living)
    with pytest.raises(MadeAlready):
        made(people, living)

    stays = Wish.objects.get(pk=made(people, dispatched(people, spot="西门")).pk)
    close_duplicate(actor=people.worker, wish=wish, of=stays)
    assert stays.number in page_of(people.worker, living)
    page = enter_as_staff(Client(), people.worker).get(stays.get_absolute_url()).content.decode()
    assert living.number in page or twin.number in page


def test_the_page_is_filled_in_and_sends(people: Round) -> None:
    incident = collected(people, words="三楼老周，电话 13912345678，天天扔")
    category = CategoryFactory()
    url = reverse("wish_from", args=["incident", incident.pk])
    desk = enter_as_staff(Client(), people.grid_head)
    page = desk.get(url).content.decode()
    assert incident.title in page
    assert "13912345678" not in page
    assert SECRET_NAME not in page
    given = {
        "who": str(people.resident.pk),
        "title": "请人搬沙发",
        "category": category.code,
        "territory": people.grid.code,
        "consent": "on",
    }
    assert desk.post(url, given | {"title": ""}).status_code == 400
    answer = desk.post(url, given)
    wish = Wish.objects.get()
    assert answer["Location"] == reverse("wish_posted", args=[wish.number])
    assert desk.post(url, given)["Location"] == wish.get_absolute_url()
    assert enter(Client(), people.stranger).get(url).status_code == 404
    assert desk.get(reverse("wish_from", args=["nothing", incident.pk])).status_code == 404


def test_programs_see_what_it_starts_with_and_send_it_once(people: Round) -> None:
    incident, category = dispatched(people), CategoryFactory()
    client = APIClient()
    client.force_authenticate(people.grid_head)
    url = f"/api/v1/wishes/from/incident/{incident.pk}/"
    start = client.get(url).json()
    assert [one["name"] for one in start["people"]] == ["欧阳*"]
    body = {"who": start["people"][0]["id"], "title": start["title"], "category": category.code}
    body |= {"territory": start["territory"], "consent": True}
    assert client.post(url, body, format="json", headers={"Idempotency-Key": "1"}).status_code == 201
    assert client.post(url, body, format="json", headers={"Idempotency-Key": "1"}).status_code == 201
    assert client.post(url, body, format="json").json()["code"] == "made_already"
    assert Wish.objects.count() == 1


def test_others_who_reported_it_hear_of_it_and_withdrawing_frees_it(people: Round) -> None:
    incident = dispatched(people)
    incidents.join_incident(actor=people.stranger, incident=incident, words="我也看见了")
    wish = made(people, incident)
    drain()
    assert list(Notice.objects.filter(kind="wishes.origin_made").values_list("recipient", flat=True)) == [
        people.stranger.pk
    ]
    withdraw_wish(actor=people.resident, wish=wish)
    assert made(people, incident).pk != wish.pk


def test_the_registry_takes_each_kind_once(people: Round) -> None:
    source = source_of("incident")
    assert source is not None
    assert "incident" in kinds()
    with pytest.raises(ValueError, match="incident"):
        register_source(source)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("打 138 0001 1001 找我", "打 ··· 找我"),
        ("02586123456", "···"),
        ("3栋502，等了2小时", "3栋502，等了2小时"),
        ("编号 320105199001011234 的", "编号 ··· 的"),
        ("2026-11-21 来的，见 E2026-1121-0037", "2026-11-21 来的，见 E2026-1121-0037"),
    ],
)
def test_numbers_of_people_are_left_out(said: str, shown: str) -> None:
    assert mask_numbers(said) == shown
