"""A visit that was written down wrongly: put right or withdrawn, kept as it was; all that counts it follows."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grids.visits.correcting import correct_visit, withdraw_visit
from grids.visits.domain import MET, Standing
from grids.visits.dues import keep_dues
from grids.visits.models import Visit, VisitRevision
from grids.visits.queries import VisitNumbers, numbers_of
from grids.visits.route import way_of
from grids.visits.services import report_need
from portal.accounts.erasure import erase_user
from portal.accounts.export import data_sections
from portal.errors import Conflict, Invalid, NotAllowed
from portal.notifications.models import Notice
from portal.outbox.models import Event
from portal.outbox.services import drain
from tests.grids.incidents.factories import IncidentCategoryFactory
from tests.grids.visits.factories import Estate, counted, days_ago, make_estate, visited
from tests.portal.accounts.factories import enter, enter_as_staff
from tests.portal.accounts.test_erasing import where_found
from tests.wishes.wishes.factories import make_cast, posted
from wishes.origins.models import WishOrigin

pytestmark = pytest.mark.django_db
MONDAY = "2026-11-16 10:00+08:00"


@pytest.fixture
def estate() -> Any:
    """Care began on the first of November; it is the Monday two weeks later."""
    with time_machine.travel("2026-11-01 10:00+08:00", tick=False):
        made = make_estate()
    with time_machine.travel(MONDAY, tick=False):
        yield made


def test_the_rhythm_falls_back_to_the_visit_before_and_to_the_day_care_began(estate: Estate) -> None:
    visited(estate, visited_at=days_ago(5))
    last = visited(estate)
    assert (estate.due().last_visit_on, estate.due().standing) == (date(2026, 11, 16), Standing.RESTED)
    correct_visit(actor=last.visitor, visit=last, visited_at=last.visited_at - timedelta(days=2))
    assert (estate.due().counted_from, estate.due().due_on) == (date(2026, 11, 14), date(2026, 11, 20))
    correct_visit(actor=last.visitor, visit=last, kind="away")
    assert (estate.due().counted_from, estate.due().due_on) == (date(2026, 11, 11), date(2026, 11, 18))
    for visit in Visit.objects.all():
        withdraw_visit(actor=last.visitor, visit=visit, reason="记重了")
    assert (estate.due().counted_from, estate.due().last_visit_on) == (date(2026, 11, 1), None)
    assert estate.due().standing == Standing.OVERDUE
    # The household is on the way again, and nobody was told a second time of what they had heard.
    assert [call.household.pk for call in way_of(last.visitor).calls] == [estate.homes[0].pk]
    assert keep_dues() == 1


def test_a_wrong_household_gives_both_their_days_and_numbers(estate: Estate) -> None:
    wrong = visited(estate, 3, by=estate.grid_head)
    correct_visit(actor=estate.grid_head, visit=wrong, household=estate.homes[1])
    wrong.refresh_from_db()
    assert wrong.building == estate.homes[1].building
    assert estate.due(1).last_visit_on == date(2026, 11, 16)
    counted()
    assert numbers_of(estate.homes[1].building).visits == 1
    assert numbers_of(estate.homes[3].building) == VisitNumbers()
    was = wrong.revisions.get()
    assert (was.household_id, was.words, was.made_by) == (estate.homes[3].pk, "腿好些了", estate.grid_head)
    [event] = Event.objects.filter(type="grids.visits.corrected")
    assert event.payload == {"visit_id": wrong.pk, "number": 1, "fields": ["household"]}
    mine = visited(estate)
    with pytest.raises(Invalid) as refused:
        correct_visit(actor=estate.member.user, visit=mine, household=estate.homes[1])
    assert refused.value.field == "household"


def test_whose_it_is_for_some_days_and_the_community_with_a_reason(estate: Estate) -> None:
    drain()
    Notice.objects.all().delete()
    visit, visitor = visited(estate), estate.member.user
    assert correct_visit(actor=visitor, visit=visit, words="腿好些了").corrections == 0
    assert correct_visit(actor=visitor, visit=visit, words="").words == ""
    for stranger in (estate.grid_head, estate.street_officer):
        with pytest.raises(NotAllowed):
            correct_visit(actor=stranger, visit=visit, words="x", reason="x")
    with time_machine.travel("2026-11-24 10:00+08:00", tick=False):
        with pytest.raises(NotAllowed) as late:
            correct_visit(actor=visitor, visit=visit, words="x", reason="x")
        assert late.value.code == "too_late"
        with pytest.raises(Invalid):
            correct_visit(actor=estate.secretary, visit=visit, kind="away")
        with pytest.raises(Conflict):
            correct_visit(actor=estate.secretary, visit=visit, kind="away", reason="记错", seen=0)
        correct_visit(actor=estate.secretary, visit=visit, kind="away", reason="那天没人", seen=1)
        withdraw_visit(actor=estate.net.worker, visit=visit, reason="记错了人家")
        withdraw_visit(actor=estate.net.worker, visit=visit, reason="再点一次")
        with pytest.raises(Conflict):
            correct_visit(actor=estate.secretary, visit=visit, kind="home", reason="又来")
        drain()
    told = Notice.objects.filter(recipient=visitor, kind__startswith="grids.visit_").order_by("pk")
    assert [one.kind for one in told] == ["grids.visit_put_right", "grids.visit_withdrawn"]
    assert "记错" not in str(list(told.values_list("params", flat=True)))
    reasons = [event.text for event in Event.objects.filter(subject_id=visit.pk, subject_type="grids.visit")]
    assert reasons == ["", "", "那天没人", "记错了人家"]


def test_what_came_of_a_visit_keeps_it_where_it_was_found(estate: Estate) -> None:
    visit = visited(estate, 1, by=estate.grid_head)
    incident = report_need(actor=estate.grid_head, visit=visit, category=IncidentCategoryFactory(), words="灯坏了")
    with pytest.raises(Conflict) as refused:
        withdraw_visit(actor=estate.grid_head, visit=visit, reason="记错")
    assert incident.number in str(refused.value.message)
    with pytest.raises(Conflict):
        correct_visit(actor=estate.grid_head, visit=visit, household=estate.homes[0])
    correct_visit(actor=estate.grid_head, visit=visit, words="灯修好了")
    assert incident == visit.led_to.incident
    gone = visited(estate, 1, by=estate.grid_head)
    withdraw_visit(actor=estate.grid_head, visit=gone, reason="记错")
    with pytest.raises(Conflict):
        report_need(actor=estate.grid_head, visit=gone, category=incident.category, words="x")


def test_a_wish_made_of_it_keeps_it_too(estate: Estate) -> None:
    visit = visited(estate)
    origin = WishOrigin.objects.create(wish=posted(make_cast()), kind="visit", source_key=visit.pk)
    with pytest.raises(Conflict) as refused:
        withdraw_visit(actor=visit.visitor, visit=visit, reason="记错")
    assert origin.wish.number in str(refused.value.message)


def test_nothing_is_changed_behind_the_back_of_what_was(estate: Estate) -> None:
    visit = visited(estate)
    for change in ({"kind": "away"}, {"withdrawn_at": timezone.now()}, {"kind": "away", "corrections": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Visit.objects.filter(pk=visit.pk).update(**change)


def test_what_it_was_goes_with_the_words_and_with_who_leaves(estate: Estate) -> None:
    visit = visited(estate, words="老伴也在家")
    correct_visit(actor=visit.visitor, visit=visit, words="腿好些了", reason="老伴也在家写错了")
    (mine,) = next(section.data(visit.visitor) for section in data_sections() if section.name == "visits")
    assert (mine["before"][0]["words"], mine["words"]) == ("老伴也在家", "腿好些了")
    erase_user(actor=visit.visitor, user=visit.visitor)
    assert not [*where_found(("老伴也在家",))]


STEPS = st.lists(
    st.tuples(st.sampled_from(["log", "move", "kind", "day", "withdraw"]), st.integers(0, 5), st.integers(0, 6)),
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_in_any_order_all_follows_what_stands(estate: Estate, steps: list[tuple[str, int, int]]) -> None:
    """The head logs, moves, corrects and withdraws at two doors; days and numbers are those of what is left."""
    with transaction.atomic():
        head, made = estate.grid_head, []
        for step, which, days in steps:
            if step == "log":
                kind = ("home", "away")[which % 2]
                made.append(visited(estate, which % 2, by=head, kind=kind, visited_at=days_ago(days)))
                continue
            if not made:
                continue
            visit = Visit.objects.get(pk=made[which % len(made)].pk)
            if visit.withdrawn_at is not None:
                continue
            if step == "withdraw":
                withdraw_visit(actor=head, visit=visit, reason="记错")
                continue
            changes: dict[str, dict[str, Any]] = {
                "move": {"household": estate.homes[days % 2]},
                "kind": {"kind": ("outside", "phone")[days % 2]},
                "day": {"visited_at": days_ago(days)},
            }
            correct_visit(actor=head, visit=visit, **changes[step])
        counted()
        left = list(Visit.objects.standing())
        met = {number: [v for v in left if v.household == estate.homes[number] and v.kind in MET] for number in (0, 1)}
        for number, visits in met.items():
            days_met = [timezone.localdate(visit.visited_at) for visit in visits]
            row = estate.due(number)
            assert row.last_visit_on == max(days_met, default=None)
            assert row.counted_from == max([date(2026, 11, 1), *days_met])
        numbers = numbers_of(estate.net.grid)
        assert (numbers.visits, numbers.met) == (len(left), len(met[0]) + len(met[1]))
        assert VisitRevision.objects.count() == sum(Visit.objects.values_list("corrections", flat=True))
        transaction.set_rollback(True)


def test_pages_and_programs_put_it_right(estate: Estate, django_assert_max_num_queries: Any) -> None:
    visit = visited(estate)
    phone, desk = enter(Client(), estate.member.user), enter_as_staff(Client(), estate.net.worker)
    head = enter_as_staff(Client(), estate.grid_head)
    correct, withdraw = reverse("visit_correct", args=[visit.pk]), reverse("visit_withdraw", args=[visit.pk])
    assert correct in phone.get(visit.get_absolute_url()).content.decode()
    assert correct not in head.get(visit.get_absolute_url()).content.decode()
    with django_assert_max_num_queries(12):
        form = phone.get(correct).context["form"]
    sent = {name: form[name].value() for name in form.fields if name != "reason"}
    sent |= {"day": "2026-11-15", "time": "09:30", "kind": "away", "words": "没人应门"}
    assert phone.post(correct, {**sent, "household": "没有这栋 101"}).status_code == 400
    assert phone.post(correct, {**sent, "day": "2026-11-20"}).status_code == 400
    assert phone.post(correct, sent)["Location"] == visit.get_absolute_url()
    visit.refresh_from_db()
    assert (visit.kind, visit.words, visit.household) == ("away", "没人应门", estate.homes[0])
    assert f"{timezone.localtime(visit.visited_at):%d %H:%M}" == "15 09:30"
    assert phone.post(correct, {**sent, "kind": "home"}).status_code == 409
    with django_assert_max_num_queries(12):
        page = desk.get(visit.get_absolute_url()).content.decode()
    assert "改过 1 次" in page
    assert "腿好些了" in page

    body = json.dumps({"kind": "phone", "seen": 1})
    api = reverse("api_visit_correct", args=[visit.pk])
    assert desk.post(api, body, content_type="application/json").status_code == 400
    answer = phone.post(api, body, content_type="application/json").json()
    assert (answer["kind"], answer["corrections"]) == ("phone", 2)

    assert desk.post(withdraw, {"reason": ""}).status_code == 400
    assert desk.post(withdraw, {"reason": "记错了人家"})["Location"] == visit.get_absolute_url()
    page = phone.get(visit.get_absolute_url()).content.decode()
    assert "记错了人家" in page
    assert correct not in page
    assert visit.get_absolute_url() not in desk.get(reverse("visits"), {"show": "done"}).content.decode()
    assert "撤回了" in phone.get(reverse("visit_household", args=[visit.household_id])).content.decode()
    assert phone.post(correct, sent).status_code == 409
