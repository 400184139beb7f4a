"""A wish that is an incident: filed as one, while the wish keeps its promise; both tell one story."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from grids.incidents import services as incidents
from grids.incidents.domain import State
from grids.incidents.models import Incident, IncidentCategory
from portal.errors import Conflict, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.services import drain
from tests.grids.incidents.factories import IncidentCategoryFactory
from tests.portal.accounts.factories import enter, enter_as_staff
from tests.wishes.wishes.factories import MONDAY, Cast, CategoryFactory, confirmed, make_cast, posted
from wishes.origins.models import WishOrigin
from wishes.origins.raising import RaisedAlready, raise_incident
from wishes.wishes.domain import Kind
from wishes.wishes.models import Wish

pytestmark = pytest.mark.django_db
SOON = MONDAY + timedelta(hours=2)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def lamp() -> IncidentCategory:
    found: IncidentCategory = IncidentCategoryFactory(name="路灯不亮")
    return found


def public_wish(cast: Cast, **fields: Any) -> Wish:
    category = CategoryFactory(kind=Kind.PUBLIC_MATTER)
    return posted(cast, category=category, title="路灯不亮", details="打 13912345678 找我", **fields)


def raised(cast: Cast, wish: Wish, lamp: IncidentCategory, **given: Any) -> Incident:
    return raise_incident(actor=given.pop("actor", cast.grid_head), wish=wish, category=lamp, at=SOON, **given)


def test_it_is_filed_and_sent_while_the_wish_keeps_its_promise(cast: Cast, lamp: IncidentCategory) -> None:
    wish = public_wish(cast)
    incident = raised(cast, wish, lamp)
    assert (incident.state, incident.territory, incident.handler) == (State.DISPATCHED, cast.grid, None)
    report = incident.reports.get()
    assert (report.reporter, report.words) == (cast.grid_head, "路灯不亮\n打 ··· 找我")
    now = Wish.objects.get(pk=wish.pk)
    assert (now.number, now.state, now.due_at) == (wish.number, wish.state, wish.due_at)
    with pytest.raises(RaisedAlready):
        raised(cast, wish, lamp)


def test_who_may_and_when(cast: Cast, lamp: IncidentCategory) -> None:
    wish = public_wish(cast)
    for nobody in (cast.author, cast.volunteer, cast.other_worker, cast.supervisor):
        with pytest.raises(NotAllowed):
            raised(cast, wish, lamp, actor=nobody)
    with pytest.raises(Conflict, match="办结"):
        raised(cast, confirmed(cast), lamp)


def test_it_joins_an_open_incident_and_finds_another_way_where_that_is_none(cast: Cast, lamp: IncidentCategory) -> None:
    seen = incidents.collect_incident(actor=cast.stranger, category=lamp, place=cast.grid, words="黑", at=MONDAY)
    first, second = public_wish(cast), public_wish(cast)
    assert raised(cast, first, lamp, join=seen).pk == raised(cast, second, lamp, join=seen).pk
    incidents.reject_incident(actor=cast.worker, incident=seen, reason="灯没有坏", at=SOON)
    drain()
    assert set(Notice.objects.filter(kind="wishes.origin_not_filed").values_list("recipient", flat=True)) == {
        cast.grid_head.pk
    }
    assert raised(cast, first, lamp).pk != seen.pk
    assert WishOrigin.objects.filter(wish=first, is_current=True).count() == 1


def test_both_tell_one_story_each_line_for_who_may_read_it(
    cast: Cast, lamp: IncidentCategory, django_assert_max_num_queries: Any
) -> None:
    wish = public_wish(cast)
    incident = raised(cast, wish, lamp)
    incident = incidents.take_incident(actor=cast.worker, incident=_sent_to(cast, incident), at=SOON)
    staff, author = enter_as_staff(Client(), cast.secretary), enter(Client(), cast.author)

    page = author.get(wish.get_absolute_url()).content.decode()
    assert "有人正在处置" in page
    assert "事件：有人去处置了" in page
    assert cast.worker.public_name not in page
    staff.get(wish.get_absolute_url())
    with django_assert_max_num_queries(12):
        page = staff.get(wish.get_absolute_url()).content.decode()
    assert page.index("提交") < page.index("事件：派遣") < page.index("事件：有人去处置了")
    assert incident.number in page
    with django_assert_max_num_queries(12):
        page = staff.get(incident.get_absolute_url()).content.decode()
    assert "由心愿转来" in page
    assert page.index("心愿：") < page.index("有人去处置了")
    for client in (Client(), enter(Client(), cast.stranger)):
        assert "事件：" not in client.get(wish.get_absolute_url()).content.decode()
        assert "心愿：" not in client.get(incident.get_absolute_url()).content.decode()


def test_the_author_hears_and_the_handler_reports_done_when_it_is_verified(cast: Cast, lamp: IncidentCategory) -> None:
    wish = public_wish(cast)
    other = raised(cast, public_wish(cast), IncidentCategoryFactory())
    incident = incidents.take_incident(actor=cast.worker, incident=_sent_to(cast, raised(cast, wish, lamp)), at=SOON)
    incidents.merge_incident(actor=cast.worker, incident=other, into=incident, at=SOON)
    incidents.report_back(actor=cast.worker, incident=incident, note="换了", at=SOON)
    incidents.verify_incident(actor=cast.secretary, incident=Incident.objects.get(pk=incident.pk), at=SOON)
    drain()
    assert Notice.objects.filter(kind="wishes.origin_raised", recipient=cast.author).count() == 2
    told = Notice.objects.filter(kind="wishes.origin_report_done")
    assert set(told.values_list("recipient", flat=True)) == {cast.grid_head.pk}
    page = enter_as_staff(Client(), cast.grid_head).get(wish.get_absolute_url()).content.decode()
    assert "事件核查过了" in page


def test_the_page_asks_whether_it_is_the_same_thing(cast: Cast, lamp: IncidentCategory) -> None:
    wish = public_wish(cast)
    url = reverse("wish_to_incident", args=[wish.number])
    desk = enter_as_staff(Client(), cast.grid_head)
    assert url in desk.get(wish.get_absolute_url()).content.decode()
    assert "13912345678" not in desk.get(url).content.decode().split("<form", 1)[1]
    seen = incidents.collect_incident(actor=cast.stranger, category=lamp, place=cast.grid, words="黑", at=MONDAY)
    given = {"category": lamp.code, "spot": "北门", "words": "路灯不亮"}
    assert desk.post(url, given | {"words": ""}).status_code == 400
    asked = desk.post(url, given)
    assert (asked.status_code, seen.number in asked.content.decode()) == (409, True)
    assert desk.post(url, given | {"distinct": "1"})["Location"] == wish.get_absolute_url()
    assert WishOrigin.objects.get().source_key != seen.pk
    assert desk.get(url).status_code == 409
    assert url not in desk.get(wish.get_absolute_url()).content.decode()


def test_programs(cast: Cast, lamp: IncidentCategory) -> None:
    wish, client = public_wish(cast), APIClient()
    client.force_authenticate(cast.grid_head)
    url = f"/api/v1/wishes/{wish.pk}/to-incident/"
    answer = client.post(url, {"category": lamp.code}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (201, "dispatched")
    assert client.post(url, {"category": lamp.code}, format="json").json()["code"] == "raised_already"


@pytest.mark.parametrize("reader", ["secretary", "author", "stranger", "volunteer", "other_worker", None])
def test_programs_read_the_story_of_the_page(
    cast: Cast, lamp: IncidentCategory, reader: str | None, django_assert_max_num_queries: Any
) -> None:
    wish = public_wish(cast)
    incident = incidents.take_incident(
        actor=cast.worker, incident=_sent_to(cast, raised(cast, wish, lamp)), at=MONDAY + timedelta(hours=3)
    )
    program, browser = APIClient(), Client()
    if reader is not None:
        person = getattr(cast, reader)
        program.force_authenticate(person)
        (enter_as_staff if reader in ("secretary", "other_worker") else enter)(browser, person)
    for thing, address, key, other in (
        (wish, f"/api/v1/wishes/{wish.pk}/", "timeline", "incident"),
        (incident, f"/api/v1/incidents/{incident.pk}/", "steps", "wish"),
    ):
        page = browser.get(thing.get_absolute_url())
        with django_assert_max_num_queries(12):
            answer = program.get(address)
        assert answer.status_code == page.status_code
        if answer.status_code != 200:
            continue
        told, shown = answer.json()[key], page.context["steps"]
        assert [(line["state"], line["words"], line["note"], line["text"]) for line in told] == [
            (line.state, str(line.label), str(line.note), line.text) for line in shown
        ]
        knows = reader == "secretary" or (reader == "author" and other == "incident")
        assert {line["about"] for line in told} == ({"", other} if knows else {""})
        assert cast.worker.public_name not in str(told) or reader == "secretary"


def _sent_to(cast: Cast, incident: Incident) -> Incident:
    """To the community, so that its worker takes it and the grid head looks."""
    return incidents.dispatch_incident(actor=cast.worker, incident=incident, place=cast.community, at=SOON)
