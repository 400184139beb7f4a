"""Pages of incidents: reporting in few taps, lists by who asks, steps as forms, nothing typed is lost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from grids.incidents import services
from grids.incidents.domain import State
from grids.incidents.models import Incident
from portal.accounts.models import User
from portal.outbox.services import drain
from tests.grids.incidents.factories import (
    SECRET_NAME,
    SECRET_WORDS,
    Round,
    collected,
    dispatched,
    handled,
    make_photo,
    make_round,
    verified,
)
from tests.grids.territory.factories import BuildingFactory
from tests.portal.accounts.factories import enter, enter_as_staff

pytestmark = pytest.mark.django_db
Few = Callable[[], AbstractContextManager[Any]]
REPORT = "/grids/incidents/report/"


@pytest.fixture
def people() -> Round:
    return make_round()


@pytest.fixture
def few_queries(django_assert_max_num_queries: Callable[[int], AbstractContextManager[Any]]) -> Few:
    """A page asks the database twelve times at most."""
    return lambda: django_assert_max_num_queries(12)


def as_(person: User) -> Client:
    return enter_as_staff(Client(), person) if person.is_staff else enter(Client(), person)


def sent(people: Round, **fields: str) -> dict[str, str]:
    return {"category": people.category.code, "place": str(people.grid.code), "words": SECRET_WORDS, **fields}


def test_a_resident_reports_with_a_photo_and_gets_a_number(people: Round) -> None:
    photo = make_photo(people.resident)
    answer = as_(people.resident).post(REPORT, sent(people, words="", kept=str(photo.pk)), follow=True)

    incident = Incident.objects.get()
    assert answer.redirect_chain[-1][0] == incident.get_absolute_url()
    assert incident.number in answer.content.decode()
    assert (incident.state, incident.photos.get().photo) == (State.COLLECTED, photo)


def test_the_phones_position_finds_the_grid_whatever_the_list_says(people: Round) -> None:
    answer = as_(people.resident).post(
        REPORT, sent(people, place=str(people.community.code), longitude="118.691", latitude="32.001")
    )
    assert answer.status_code == 302
    incident = Incident.objects.get()
    assert (incident.territory, incident.point) == (people.grid, (118.691, 32.001))


def test_a_building_of_the_list_is_kept_where_the_position_agrees(people: Round) -> None:
    house = BuildingFactory(grid=people.grid)
    as_(people.member).post(REPORT, sent(people, place=str(house.code), longitude="118.691", latitude="32.001"))
    assert Incident.objects.get().building == house


def test_a_mistake_loses_nothing(people: Round) -> None:
    photo = make_photo(people.member)
    answer = as_(people.member).post(
        REPORT, sent(people, category="", spot="北门", kept=str(photo.pk), solved="on", note="清了")
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    for kept in (SECRET_WORDS, "北门", str(photo.pk), "清了", "请选一类。"):
        assert kept in page
    assert not Incident.objects.exists()


def test_staff_solve_on_the_spot_on_the_same_page_and_residents_are_not_asked(people: Round) -> None:
    assert "已经当场处理好了" not in as_(people.resident).get(REPORT).content.decode()
    after = make_photo(people.member)
    as_(people.member).post(REPORT, sent(people, solved="on", kept_after=str(after.pk)))
    incident = Incident.objects.get()
    assert (incident.state, incident.on_the_spot) == (State.REPORTED, True)


def test_who_has_no_place_looks_for_a_community_by_name(people: Round) -> None:
    client = as_(people.stranger)
    assert "社区叫什么名字" in client.get(REPORT).content.decode()
    page = client.get(REPORT, {"q": "洲岛"}).content.decode()
    assert f"?place={people.community.code}" in page
    assert f'value="{people.grid.code}"' in client.get(REPORT, {"place": people.community.code}).content.decode()


def test_what_waits_to_be_filed_does_not_exist_for_others(people: Round) -> None:
    url = collected(people).get_absolute_url()
    for person, status in (
        (people.resident, 200),
        (people.member, 200),
        (people.informant, 200),
        (people.stranger, 404),
    ):
        assert as_(person).get(url).status_code == status
    assert Client().get(url).status_code == 404


def test_the_public_reads_neither_reporter_nor_words_nor_names(people: Round) -> None:
    incident = verified(people, photos=[make_photo(people.resident)], show_photos=True)
    for client in (Client(), as_(people.stranger)):
        page = client.get(incident.get_absolute_url()).content.decode()
        for secret in (SECRET_WORDS, SECRET_NAME, "拾遗", "欧阳*", people.member.display_name, "清走了"):
            assert secret not in page
        assert "处置前" in page
    staff = as_(people.worker).get(incident.get_absolute_url()).content.decode()
    assert SECRET_WORDS in staff
    assert "欧阳*" in staff
    assert SECRET_NAME not in staff


def test_the_reporter_is_shown_for_a_reason(people: Round) -> None:
    incident = dispatched(people)
    url = reverse("incident_reporter", args=[incident.number, incident.reports.get().pk])
    client = as_(people.member)
    assert client.post(url, {"reason": ""}).status_code == 400
    assert SECRET_NAME in client.post(url, {"reason": "问在哪一层"}).content.decode()
    assert "谁看过上报人（1 次）" in client.get(incident.get_absolute_url()).content.decode()


def test_the_work_list_tells_what_is_late_first_and_keeps_its_filters(people: Round, few_queries: Few) -> None:
    late, soon = dispatched(people), collected(people)
    Incident.objects.filter(pk=soon.pk).update(due_at="2999-01-01T00:00Z")
    client = as_(people.worker)
    client.get("/grids/incidents/work/")
    with few_queries():
        page = client.get("/grids/incidents/work/").content.decode()
    assert page.index(late.number) < page.index(soon.number)
    page = client.get("/grids/incidents/work/", {"show": "file", "group": "appearance"}).content.decode()
    assert soon.number in page
    assert late.number not in page
    assert late.number in client.get("/grids/incidents/work/", {"q": late.number[-4:]}).content.decode()
    assert late.number not in as_(people.other_worker).get("/grids/incidents/work/").content.decode()
    assert as_(people.resident).get("/grids/incidents/work/").status_code == 403


def test_one_s_own_reports_and_those_of_a_place(people: Round) -> None:
    mine, theirs = collected(people), dispatched(people, by=people.stranger)
    page = as_(people.resident).get("/grids/incidents/mine/").content.decode()
    assert mine.number in page
    assert theirs.number not in page
    for code in (people.community.code, people.grid.code):
        page = Client().get(f"/grids/incidents/place/{code}/").content.decode()
        assert theirs.number in page
        assert mine.number not in page
    assert Client().get(f"/grids/incidents/place/{code[:6]}/").status_code == 404


def test_a_step_that_is_too_late_says_so_and_shows_what_was_written(people: Round) -> None:
    incident = handled(people)
    services.verify_incident(actor=people.worker, incident=incident)
    answer = as_(people.grid_head).post(f"{incident.get_absolute_url()}fail/", {"reason": "还有一袋没清"})
    assert answer.status_code == 409
    assert "还有一袋没清" in answer.content.decode()


def test_the_steps_of_the_loop_as_pages(people: Round) -> None:
    incident = collected(people)
    url = incident.get_absolute_url()
    steps: tuple[tuple[User, str, dict[str, str]], ...] = (
        (people.grid_head, "file", {"category": people.category.code}),
        (people.worker, "dispatch", {"to": f"{people.grid.code}-{people.member.pk}"}),
        (people.worker, "pause", {"reason": "等车"}),
        (people.worker, "resume", {}),
        (people.member, "take", {}),
        (people.member, "report-back", {"note": "清了"}),
        (people.grid_head, "fail", {"reason": "还有一袋"}),
        (people.member, "report-back", {"note": "都清了"}),
        (people.grid_head, "verify", {"note": "看过", "show_photos": "on"}),
        (people.secretary, "evaluate", {"grade": "good"}),
    )
    for person, slug, fields in steps:
        client = as_(person)
        assert client.get(f"{url}{slug}/").status_code == 200, slug
        assert client.post(f"{url}{slug}/", fields).status_code == 302, slug
        drain()
    assert Incident.objects.get().state == State.EVALUATED
    assert as_(people.member).get(f"{url}nothing/").status_code == 404


@pytest.mark.parametrize("who", ["resident", "worker"])
def test_a_detail_page_takes_few_queries(people: Round, who: str, few_queries: Few) -> None:
    incident = verified(people, photos=[make_photo(people.resident)])
    client = as_(getattr(people, who))
    client.get(incident.get_absolute_url())
    with few_queries():
        client.get(incident.get_absolute_url())
