"""Pages and API of visits: today's way, the short form, numbers for those who handle, doors for those near by."""

import json
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from grids.incidents.models import Incident
from grids.visits.dues import keep_dues
from grids.visits.models import Visit
from portal.outbox.models import Event
from tests.grids.incidents.factories import IncidentCategoryFactory, make_photo
from tests.grids.visits.factories import Estate, counted, make_estate, visited
from tests.portal.accounts.factories import enter, enter_as_staff

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def estate() -> Any:
    """Two weeks later: 独居 is overdue, 困难 is not due yet."""
    with time_machine.travel("2026-11-02 10:00+08:00", tick=False):
        made = make_estate()
    with time_machine.travel("2026-11-16 10:00+08:00", tick=False):
        keep_dues()
        counted()
        yield made


@pytest.fixture
def phone(estate: Estate) -> Client:
    return enter(Client(), estate.member.user)


def door(estate: Estate, number: int) -> str:
    home = estate.homes[number]
    return f"{home.building.name} {home.door}"


def test_a_member_s_day(estate: Estate, phone: Client, django_assert_max_num_queries: Any) -> None:
    today = reverse("visit_today")
    with django_assert_max_num_queries(12):
        page = phone.get(today).content.decode()
    assert door(estate, 0) in page
    assert "过了 7 天" in page
    assert door(estate, 1) not in page
    # Off the way and on it again, never a household that is not one's own.
    phone.post(reverse("visit_plan", args=[estate.homes[0].pk]), {"wanted": "0"})
    page = phone.get(today).content.decode()
    assert "data-call" not in page
    assert "我结对的其他住户" in page
    phone.post(reverse("visit_plan", args=[estate.homes[0].pk]), {"wanted": "1"})
    assert phone.post(reverse("visit_plan", args=[estate.homes[1].pk]), {"wanted": "1"}).status_code == 404

    form = phone.get(reverse("visit_log", args=[estate.homes[0].pk]))
    key = form.context["form"]["key"].value()
    sent = {"key": key, "kind": "home", "topics": ["health", "need"], "words": "腿好些了"}
    sent |= {"kept": str(make_photo(estate.member.user, "grids.visit").pk)}
    answers = [phone.post(reverse("visit_log", args=[estate.homes[0].pk]), sent) for _ in range(2)]
    visit = Visit.objects.get()
    assert [answer["Location"] for answer in answers] == [visit.get_absolute_url()] * 2
    assert (visit.topics, visit.photos.count()) == (["health", "need"], 1)
    page = phone.get(today).content.decode()
    assert "今天走过的" in page
    assert "data-call" not in page
    with django_assert_max_num_queries(12):
        assert "腿好些了" in phone.get(visit.get_absolute_url()).content.decode()


def test_a_mistake_in_the_form_loses_nothing(estate: Estate, phone: Client) -> None:
    photo = SimpleUploadedFile("a.txt", b"no picture")
    sent = {"key": str(uuid4()), "words": "写了半天", "photos": photo}
    answer = phone.post(reverse("visit_log", args=[estate.homes[0].pk]), sent)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "请选这次怎么样。" in page
    assert "写了半天" in page
    assert not Visit.objects.exists()


def test_staff_see_doors_near_by_and_numbers_further_away(estate: Estate, django_assert_max_num_queries: Any) -> None:
    visit = visited(estate)
    counted()
    desk, street = enter_as_staff(Client(), estate.net.worker), enter_as_staff(Client(), estate.street_officer)
    for show in ("late", "due", "done", "care"):
        with django_assert_max_num_queries(12):
            page = desk.get(reverse("visits"), {"show": show, "place": estate.net.grid.code}).content.decode()
        assert (door(estate, 0) in page) == (show in ("done", "care"))
    with django_assert_max_num_queries(12):
        page = street.get(reverse("visits")).content.decode()
    assert door(estate, 0) not in page
    assert estate.net.community.name in page

    page = street.get(visit.get_absolute_url()).content.decode()
    assert "腿好些了" not in page
    assert street.post(reverse("visit_look", args=[visit.pk]), {"why": ""}).status_code == 400
    assert "腿好些了" in street.post(reverse("visit_look", args=[visit.pk]), {"why": "信访核实"}).content.decode()
    page = desk.get(visit.get_absolute_url()).content.decode()
    assert "信访核实" in page
    assert "腿好些了" in desk.get(reverse("visit_household", args=[estate.homes[0].pk])).content.decode()
    with django_assert_max_num_queries(12):
        page = street.get(reverse("visit_household", args=[estate.homes[0].pk])).content.decode()
    assert "腿好些了" not in page


def test_the_head_goes_where_nobody_is_paired(estate: Estate) -> None:
    with time_machine.travel("2026-12-07 10:00+08:00", tick=False):
        keep_dues()
        head = enter_as_staff(Client(), estate.grid_head)
        calls = head.get(reverse("api_visits_today")).json()
    # Both: the one that nobody went to for three working days, and the one without a pair.
    assert [(call["household"], call["standing"]) for call in calls] == [
        (estate.homes[0].pk, "overdue"),
        (estate.homes[1].pk, "overdue"),
    ]


def test_a_need_goes_on_as_an_incident_and_is_found_from_both(estate: Estate, phone: Client) -> None:
    visit, category = visited(estate, words="楼道灯坏了"), IncidentCategoryFactory()
    need = reverse("visit_need", args=[visit.pk])
    page = phone.get(need).content.decode()
    assert "楼道灯坏了" in page
    assert "solved" not in page
    answer = phone.post(need, {"category": category.code, "words": "楼道灯坏了"})
    incident = Incident.objects.get()
    assert answer["Location"] == incident.get_absolute_url()
    assert phone.get(need)["Location"] == incident.get_absolute_url()
    assert incident.number in phone.get(visit.get_absolute_url()).content.decode()
    head, street = enter_as_staff(Client(), estate.grid_head), enter_as_staff(Client(), estate.street_officer)
    assert visit.get_absolute_url() in head.get(incident.get_absolute_url()).content.decode()
    assert visit.get_absolute_url() not in street.get(incident.get_absolute_url()).content.decode()


def test_the_phone_sends_what_it_kept_once(estate: Estate, phone: Client) -> None:
    state = phone.get(reverse("visit_state"))
    assert state.json()["owner"] == phone.get(reverse("visit_today")).context["owner"]
    assert state.json()["token"]
    assert Client().get(reverse("visit_state")).status_code == 401
    key = str(uuid4())
    sent = {
        "key": key,
        "household": estate.homes[0].pk,
        "kind": "home",
        "words": "都好",
        "visited_at": "2026-11-15T09:00Z",
    }
    photo = make_photo(estate.member.user, "grids.visit")
    sent |= {"photos": [str(photo.pk)]}
    first, second = (phone.post(reverse("api_visits"), json.dumps(sent), content_type=JSON) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Visit.objects.get(key=key).photos.count() == 1
    assert Event.objects.filter(type="grids.visits.logged").count() == 1
    # The key alone knows the visit again, whatever is asked with it, and whoever else sends it is refused.
    head = enter_as_staff(Client(), estate.grid_head)
    other = head.post(reverse("api_visits"), json.dumps({**sent, "photos": []}), content_type=JSON)
    assert (other.status_code, other.json()["code"]) == (409, "key_taken")
    strange = phone.post(
        reverse("api_visits"),
        json.dumps({**sent, "key": str(uuid4()), "household": estate.homes[1].pk}),
        content_type=JSON,
    )
    assert strange.status_code in (400, 404)


def test_programs_read_what_pages_show(estate: Estate, phone: Client) -> None:
    visit = visited(estate)
    counted()
    desk, street = enter_as_staff(Client(), estate.net.worker), enter_as_staff(Client(), estate.street_officer)
    assert desk.get(reverse("api_visits_numbers")).json() == {
        "visits": 1, "met": 1, "in_care": 2, "due": 0, "overdue": 0,
    }  # fmt: skip
    assert [row["id"] for row in desk.get(reverse("api_visits")).json()["results"]] == [visit.pk]
    assert street.get(reverse("api_visits")).status_code == 403
    assert street.get(reverse("api_visit", args=[visit.pk])).json()["words"] is None
    look = street.post(reverse("api_visit_look", args=[visit.pk]), json.dumps({"reason": "核实"}), content_type=JSON)
    assert look.json() == {"words": "腿好些了"}
    rows = desk.get(reverse("api_visits_due"), {"show": "care"}).json()["results"]
    assert [row["household"] for row in rows] == [estate.homes[0].pk, estate.homes[1].pk]
    assert "care" not in rows[0]
    plan = phone.post(
        reverse("api_visits_today"),
        json.dumps({"household": estate.homes[0].pk, "wanted": True}),
        content_type=JSON,
    )
    assert plan.json() == []  # visited today already
    category = IncidentCategoryFactory()
    need = json.dumps({"category": category.code, "words": "灯坏了"})
    answers = [phone.post(reverse("api_visit_need", args=[visit.pk]), need, content_type=JSON) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json() == {"number": Incident.objects.get().number}


def test_the_worker_of_the_phone_holds_addresses_only_and_signing_out_leaves_nothing(phone: Client) -> None:
    worker = Client().get(reverse("visit_worker"))
    assert worker["Content-Type"].startswith("text/javascript")
    assert reverse("visit_today") in worker.content.decode()
    asked = phone.get(reverse("account_logout"))
    assert "data-unsent-warning" in asked.content.decode()
    assert "Clear-Site-Data" not in asked
    assert phone.post(reverse("account_logout"))["Clear-Site-Data"] == '"cache", "storage"'
